//! Finds the convolutions of a model that [`Depthwise`] can run, including the activation after each.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use depthwise::{Depthwise, Padding};
use rten::{ThreadPool, Value};
use rten_onnx::onnx::{AttributeProto, NodeProto};
use rten_tensor::{AsView, Layout, Tensor};

use super::cut::Onnx;
use super::graph::Graph;

/// A convolution that was found.
#[derive(Clone)]
pub struct Convolution {
    /// The input value.
    pub input: String,
    /// The output value, after the activation if there is one.
    pub output: String,
    /// The replaced nodes.
    pub nodes: Vec<usize>,
    /// The convolution itself.
    pub filter: Depthwise,
}

/// A candidate node, before its constants are read.
struct Candidate {
    input: String,
    output: String,
    nodes: Vec<usize>,
    groups: usize,
    strides: [usize; 2],
    padding: Padding,
    /// The names of weights, bias, and the lower and upper bound.
    constants: [Option<String>; 4],
    is_relu: bool,
}

/// Finds all convolutions; values in `kept` must remain available.
pub fn find(onnx: &Onnx, kept: &[String]) -> Result<Vec<Convolution>> {
    let mut used_by: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, node) in onnx.nodes().iter().enumerate() {
        node.input.iter().for_each(|name| used_by.entry(name).or_default().push(at));
    }
    let candidates: Vec<_> = (0..onnx.nodes().len()).filter_map(|at| candidate(onnx, at, &used_by, kept)).collect();
    let constants = constants(onnx, &candidates)?;
    Ok(candidates.into_iter().filter_map(|candidate| candidate.with(&constants)).collect())
}

/// The values of the constants that are 32-bit floats.
fn constants(onnx: &Onnx, candidates: &[Candidate]) -> Result<HashMap<String, Tensor<f32>>> {
    let names: BTreeSet<&str> =
        candidates.iter().flat_map(|found| found.constants.iter().flatten()).map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().collect();
    // Weights may be stored in half precision or as integers; the nodes that convert them are run once.
    let part = if names.is_empty() { None } else { onnx.part(&HashSet::new(), &names).ok() };
    let Some((part, _)) = part else { return Ok(HashMap::new()) };
    let pool = Arc::new(ThreadPool::with_num_threads(1));
    let values = Graph::load(part, &[], &names)?.run(Vec::new(), &pool)?;
    let floats = |(name, value): (&str, Value)| Some((name.to_owned(), value.into_tensor()?));
    Ok(names.into_iter().zip(values).filter_map(floats).collect())
}

fn candidate(onnx: &Onnx, at: usize, used_by: &HashMap<&str, Vec<usize>>, kept: &[String]) -> Option<Candidate> {
    let node = &onnx.nodes()[at];
    let is_own = node.domain.as_deref().is_none_or(|domain| domain.is_empty() || domain == "ai.onnx");
    if !is_own || node.op_type.as_deref() != Some("Conv") {
        return None;
    }
    let [input, weights, bias @ ..] = node.input.as_slice() else { return None };
    let groups = usize::try_from(attribute(node, "group")?.i?).ok().filter(|&groups| groups > 1)?;
    let strides = numbers(node, "strides").unwrap_or_else(|| vec![1, 1]);
    if numbers(node, "dilations").is_some_and(|sides| sides.iter().any(|&side| side != 1)) {
        return None;
    }
    let mut found = Candidate {
        input: input.clone(),
        output: node.output.first()?.clone(),
        nodes: vec![at],
        groups,
        strides: strides.try_into().ok()?,
        padding: padding(node)?,
        constants: [Some(weights.clone()), bias.first().cloned(), None, None],
        is_relu: false,
    };
    if let Some(&[next]) = used_by.get(found.output.as_str()).map(Vec::as_slice)
        && !kept.contains(&found.output)
    {
        found.absorb(&onnx.nodes()[next], next);
    }
    Some(found)
}

impl Candidate {
    /// Absorbs the next node if it only clamps the values.
    fn absorb(&mut self, node: &NodeProto, at: usize) {
        let ([output], true) = (node.output.as_slice(), node.attribute.is_empty()) else { return };
        let bound = |index: usize| node.input.get(index).filter(|name| !name.is_empty()).cloned();
        match node.op_type.as_deref() {
            Some("Relu") => self.is_relu = true,
            Some("Clip") if node.input.len() > 1 => (self.constants[2], self.constants[3]) = (bound(1), bound(2)),
            _ => return,
        }
        output.clone_into(&mut self.output);
        self.nodes.push(at);
    }

    /// The convolution, if its constants are supported.
    fn with(self, constants: &HashMap<String, Tensor<f32>>) -> Option<Convolution> {
        // A name without a value is a constant of another type; an absent name is an omitted optional input.
        let known: [Option<Option<&Tensor<f32>>>; 4] = self.constants.each_ref().map(|name| match name {
            Some(name) => constants.get(name.as_str()).map(Some),
            None => Some(None),
        });
        let [Some(Some(weights)), Some(bias), Some(low), Some(high)] = known else { return None };
        let &[channels, 1, rows, columns] = weights.shape() else { return None };
        if channels != self.groups || !Depthwise::can([rows, columns], self.strides, self.padding) {
            return None;
        }
        let bias = bias.map_or_else(|| vec![0.0; channels], AsView::to_vec);
        let bound = |tensor: Option<&Tensor<f32>>, else_: f32| match tensor {
            Some(tensor) => tensor.to_vec().first().copied(),
            None => Some(else_),
        };
        let lowest = if self.is_relu { 0.0 } else { f32::NEG_INFINITY };
        let bounds = [bound(low, lowest)?, bound(high, f32::INFINITY)?];
        let filter = Depthwise {
            kernel: [channels, rows, columns],
            weights: weights.to_vec(),
            bias: Some(bias).filter(|bias| bias.len() == channels)?,
            strides: self.strides,
            padding: self.padding,
            bounds,
        };
        Some(Convolution { input: self.input, output: self.output, nodes: self.nodes, filter })
    }
}

fn padding(node: &NodeProto) -> Option<Padding> {
    let auto = attribute(node, "auto_pad").and_then(|auto| auto.s.as_deref());
    match auto {
        None | Some("" | "NOTSET") => {
            let pads = numbers(node, "pads").unwrap_or_else(|| vec![0; 4]);
            Some(Padding::Fixed(pads.try_into().ok()?))
        }
        Some("VALID") => Some(Padding::Fixed([0; 4])),
        Some("SAME_UPPER") => Some(Padding::Same),
        Some(_) => None,
    }
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|attribute| attribute.name.as_deref() == Some(name))
}

fn numbers(node: &NodeProto, name: &str) -> Option<Vec<usize>> {
    let numbers = attribute(node, name)?.ints.iter();
    // A negative size is left to rten.
    Some(numbers.map(|&number| usize::try_from(number).unwrap_or(usize::MAX)).collect())
}
