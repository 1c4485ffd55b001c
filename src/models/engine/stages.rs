//! A model cut at its depthwise convolutions: those run here, the rest runs in rten.
//!
//! A stage is everything that can run once the convolutions before it have run. A model without such convolutions, or
//! with an unsupported structure, is one stage.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use depthwise::Depthwise;
use rten::{ThreadPool, Value};
use rten_tensor::{Layout, TensorView};

use super::convolutions::{self, Convolution};
use super::cut::Onnx;
use super::graph::Graph;

/// The stages of a model, in the order in which they run.
pub struct Stages(Vec<Stage>);

/// A graph, then the convolutions that depend on it.
struct Stage {
    /// `None` if there is nothing between two convolutions.
    graph: Option<Subgraph>,
    convolutions: Vec<Convolution>,
    /// Values that no later stage needs.
    unused_after: Vec<String>,
}

/// A graph and the names of its inputs and outputs.
struct Subgraph {
    graph: Graph,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Stages {
    /// Cuts a model with this input and these outputs.
    pub fn of(bytes: Vec<u8>, onnx: &Onnx, input: &str, outputs: &[String]) -> Result<Self> {
        let found = if is_understood(onnx) { convolutions::find(onnx, outputs)? } else { Vec::new() };
        if found.is_empty() {
            let inputs = vec![input.to_owned()];
            let graph = Graph::load(bytes, &inputs, outputs)?;
            let graph = Some(Subgraph { graph, inputs, outputs: outputs.to_vec() });
            return Ok(Self(vec![Stage { graph, convolutions: Vec::new(), unused_after: Vec::new() }]));
        }
        Levels::of(onnx, input, &found, outputs).stages(onnx, &found)
    }

    /// The values of the outputs.
    pub fn run(&self, input: (&str, Value), outputs: &[String], pool: &Arc<ThreadPool>) -> Result<Vec<Value>> {
        let mut values = HashMap::from([input]);
        for stage in &self.0 {
            if let Some(Subgraph { graph, inputs, outputs }) = &stage.graph {
                let missing = |name: &String| values.get(name.as_str()).with_context(|| format!("{name:?} is missing"));
                let inputs = inputs.iter().map(|name| Ok(missing(name)?.into())).collect::<Result<_>>()?;
                let made = graph.run(inputs, pool)?;
                values.extend(outputs.iter().map(String::as_str).zip(made));
            }
            for Convolution { input, output, filter, .. } in &stage.convolutions {
                let value = values.get(input.as_str()).with_context(|| format!("{input:?} is missing"))?;
                values.insert(output, convolved(filter, value)?);
            }
            stage.unused_after.iter().for_each(|name| drop(values.remove(name.as_str())));
        }
        let answer =
            |name: &String| values.remove(name.as_str()).with_context(|| format!("the model returned no {name:?}"));
        outputs.iter().map(answer).collect()
    }
}

fn convolved(filter: &Depthwise, value: &Value) -> Result<Value> {
    let view: Option<TensorView<f32>> = value.as_tensor_view();
    let view = view.context("a convolution of values other than 32-bit floats")?;
    let &[pictures, channels, rows, columns] = view.shape() else {
        return Err(anyhow!("a convolution of the shape {:?}", view.shape()));
    };
    let data = view.to_contiguous();
    let fits = filter.output([channels, rows, columns]);
    let [channels, out_rows, out_columns] =
        fits.with_context(|| format!("a convolution that does not fit the shape {:?}", view.shape()))?;
    let result = filter.run(data.data(), rows, columns);
    Ok(Value::from_shape([pictures, channels, out_rows, out_columns], result)?)
}

/// Whether the nodes are in execution order and none contains a subgraph.
fn is_understood(onnx: &Onnx) -> bool {
    let mut known: HashSet<&str> = onnx.inputs().into_iter().collect();
    onnx.nodes().iter().all(|node| {
        let is_ready = |name: &String| name.is_empty() || known.contains(name.as_str()) || onnx.is_initializer(name);
        let ready = node.input.iter().all(is_ready) && node.attribute.iter().all(|attribute| attribute.g.is_none());
        known.extend(node.output.iter().map(String::as_str));
        ready
    })
}

/// The stage that produces each value; constants are not included.
struct Levels<'a> {
    of: HashMap<&'a str, usize>,
    /// The last stage that uses a value.
    last_use: HashMap<&'a str, usize>,
    /// The values produced by convolutions and given by the caller.
    brought: HashSet<&'a str>,
    outputs: &'a [String],
}

impl<'a> Levels<'a> {
    fn of(onnx: &'a Onnx, input: &'a str, found: &'a [Convolution], outputs: &'a [String]) -> Self {
        let heads: HashMap<usize, &Convolution> = found.iter().map(|one| (one.nodes[0], one)).collect();
        let inside: HashSet<usize> = found.iter().flat_map(|one| one.nodes[1..].iter().copied()).collect();
        let mut levels = Self {
            of: HashMap::from([(input, 0)]),
            last_use: HashMap::new(),
            brought: HashSet::from([input]),
            outputs,
        };
        for (at, node) in onnx.nodes().iter().enumerate() {
            let inputs = node.input.iter().map(String::as_str);
            let Some(level) = inputs.clone().filter_map(|name| levels.of.get(name).copied()).max() else { continue };
            if inside.contains(&at) {
                continue;
            }
            for name in inputs.filter(|name| levels.of.contains_key(name)).collect::<Vec<_>>() {
                let last = levels.last_use.entry(name).or_default();
                *last = level.max(*last);
            }
            if let Some(one) = heads.get(&at) {
                levels.of.insert(&one.output, level + 1);
                levels.brought.insert(&one.output);
            } else {
                levels.of.extend(node.output.iter().map(|name| (name.as_str(), level)));
            }
        }
        levels
    }

    fn stages(&self, onnx: &Onnx, found: &[Convolution]) -> Result<Stages> {
        let count = self.of.values().max().map_or(1, |last| last + 1);
        let requested: Vec<Vec<String>> = (0..count).map(|level| self.used_outside(level, found)).collect();
        let done: Vec<Vec<String>> = (0..count).map(|level| self.unused_after(level)).collect();
        let graphs = (0..count).map(|level| self.graph(level, &requested[level], onnx)).collect::<Result<Vec<_>>>()?;
        let of_level = |level| found.iter().filter(move |one| self.of.get(one.input.as_str()) == Some(&level));
        let convolutions = (0..count).map(|level| of_level(level).cloned().collect());
        let parts = graphs.into_iter().zip(convolutions).zip(done);
        let stage = |((graph, convolutions), unused_after)| Stage { graph, convolutions, unused_after };
        Ok(Stages(parts.map(stage).collect()))
    }

    /// The values of a stage that are used outside of it.
    fn used_outside(&self, level: usize, found: &[Convolution]) -> Vec<String> {
        let convolved: HashSet<&str> = found.iter().map(|one| one.input.as_str()).collect();
        let is_asked = |name: &str| {
            convolved.contains(name)
                || self.outputs.iter().any(|output| output == name)
                || self.last_use.get(name).is_some_and(|&last| last > level)
        };
        let here = self.of.iter().filter(|&(name, &at)| at == level && !self.brought.contains(name));
        let mut names: Vec<String> =
            here.map(|(name, _)| *name).filter(|name| is_asked(name)).map(str::to_owned).collect();
        names.sort_unstable();
        names
    }

    fn unused_after(&self, level: usize) -> Vec<String> {
        let is_output = |name: &str| self.outputs.iter().any(|output| output == name);
        let ended = self.last_use.iter().filter(|&(name, &last)| last == level && !is_output(name));
        ended.map(|(name, _)| (*name).to_owned()).collect()
    }

    fn graph(&self, level: usize, requested: &[String], onnx: &Onnx) -> Result<Option<Subgraph>> {
        if requested.is_empty() {
            return Ok(None);
        }
        let is_given = |name: &str, at: usize| at < level || (at == level && self.brought.contains(name));
        let given = self.of.iter().filter(|&(name, &at)| is_given(name, at)).map(|(name, _)| *name).collect();
        let names: Vec<&str> = requested.iter().map(String::as_str).collect();
        let (bytes, inputs) = onnx.part(&given, &names)?;
        Ok(Some(Subgraph { graph: Graph::load(bytes, &inputs, requested)?, inputs, outputs: requested.to_vec() }))
    }
}
