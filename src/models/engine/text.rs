//! Runs a text encoder in either engine: rows of token ids in, one vector out. A query takes milliseconds, so calls are
//! serialised.

use anyhow::{Context, Result, bail};
use ort::session::{Session, SessionInputValue};
use ort::value::{Tensor, TensorElementType, ValueType};
use parking_lot::Mutex;
use rten::Value;

use super::{Graph, Library, Onnx, Threads, check_names, check_vector, vector};

/// The tensors of a text encoder.
#[derive(Clone, Debug)]
pub struct TextTensors {
    /// Integer inputs, 1 x tokens each, in the order of the rows.
    pub inputs: Vec<String>,
    /// The output, one vector.
    pub output: String,
}

/// A loaded text encoder.
pub trait TextEncoder: Send + Sync {
    /// The vector of some rows, one for each of [`TextTensors::inputs`], all of the same length.
    fn run(&self, rows: &[Vec<i64>]) -> Result<Vec<f32>>;
}

/// A text encoder in rten, whose integers have 32 bits whatever the file says.
pub struct RtenTextEncoder {
    graph: Graph,
    output: String,
    threads: Threads,
}

impl RtenTextEncoder {
    /// Loads an ONNX file's bytes.
    pub fn load(bytes: Vec<u8>, numbers: &TextTensors) -> Result<Self> {
        let onnx = Onnx::parse(&bytes)?;
        check_names(&numbers.inputs, "input", onnx.inputs().into_iter())?;
        let output = std::slice::from_ref(&numbers.output);
        check_names(output, "output", onnx.outputs().into_iter())?;
        let graph = Graph::load(bytes, &numbers.inputs, output)?;
        Ok(Self { graph, output: numbers.output.clone(), threads: Threads::default() })
    }
}

impl TextEncoder for RtenTextEncoder {
    fn run(&self, rows: &[Vec<i64>]) -> Result<Vec<f32>> {
        let value = |row: &Vec<i64>| {
            let row: Vec<i32> = row.iter().map(|&number| i32::try_from(number)).collect::<Result<_, _>>()?;
            Ok(Value::from_shape([1, row.len()], row)?.into())
        };
        let values = rows.iter().map(value).collect::<Result<Vec<_>>>()?;
        let answer = self.threads.with(|pool| self.graph.run(values, pool))?;
        vector(answer.into_iter().next().context("the model returned no output")?, &self.output)
    }
}

/// A text encoder in ONNX Runtime.
pub struct OrtTextEncoder {
    session: Mutex<Session>,
    numbers: TextTensors,
    /// For each input: whether its integers have 64 bits.
    wide: Vec<bool>,
}

impl OrtTextEncoder {
    /// Loads an ONNX file's bytes.
    pub fn load(onnx: &[u8], numbers: &TextTensors, library: &Library) -> Result<Self> {
        let session = library.session(onnx)?;
        let inputs = || session.inputs().iter();
        check_names(&numbers.inputs, "input", inputs().map(ort::value::Outlet::name))?;
        let output = std::slice::from_ref(&numbers.output);
        check_names(output, "output", session.outputs().iter().map(ort::value::Outlet::name))?;
        let wide = |name: &String| {
            let kind = inputs().find(|input| input.name() == name).map(ort::value::Outlet::dtype);
            match kind {
                Some(ValueType::Tensor { ty: TensorElementType::Int64, .. }) => Ok(true),
                Some(ValueType::Tensor { ty: TensorElementType::Int32, .. }) => Ok(false),
                _ => bail!("the tensor {name:?} does not contain 32-bit or 64-bit integers"),
            }
        };
        let wide = numbers.inputs.iter().map(wide).collect::<Result<_>>()?;
        Ok(Self { session: Mutex::new(session), numbers: numbers.clone(), wide })
    }
}

impl TextEncoder for OrtTextEncoder {
    fn run(&self, rows: &[Vec<i64>]) -> Result<Vec<f32>> {
        let value = |(row, wide): (&Vec<i64>, &bool)| -> Result<SessionInputValue<'_>> {
            let shape = [1, row.len()];
            if *wide {
                return Ok(Tensor::from_array((shape, row.clone()))?.into());
            }
            let row: Vec<i32> = row.iter().map(|&number| i32::try_from(number)).collect::<Result<_, _>>()?;
            Ok(Tensor::from_array((shape, row))?.into())
        };
        let values = rows.iter().zip(&self.wide).map(value).collect::<Result<Vec<_>>>()?;
        let inputs: Vec<_> = self.numbers.inputs.iter().map(String::as_str).zip(values).collect();
        let mut session = self.session.lock();
        let outputs = session.run(inputs).context("the model cannot be run")?;
        let name = &self.numbers.output;
        let value = outputs.get(name).with_context(|| format!("the model returned no {name:?}"))?;
        let not_floats = || format!("the tensor {name:?} does not contain 32-bit floats");
        let (shape, values) = value.try_extract_tensor::<f32>().with_context(not_floats)?;
        check_vector(name, &shape.iter().map(|&side| usize::try_from(side).unwrap_or(0)).collect::<Vec<_>>())?;
        Ok(values.to_vec())
    }
}
