//! Parses the graph of an ONNX file and extracts parts of it.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rten_onnx::onnx::{GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, ValueInfoProto};

use super::graph::guarded;
use super::wire;

/// Largest padding, stride or kernel that is accepted.
const SIZE_MAX: i64 = 1_024;

/// A parsed ONNX file.
pub struct Onnx {
    ir_version: Option<i64>,
    opsets: Vec<OperatorSetIdProto>,
    graph: GraphProto,
    /// The node that produces a value.
    made_by: HashMap<String, usize>,
    initializers: HashMap<String, usize>,
}

impl Onnx {
    /// Parses an ONNX file.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        wire::check(bytes).context("this is not ONNX")?;
        let model = guarded(|| ModelProto::parse_buf(bytes))?.map_err(|err| anyhow!("this is not ONNX: {err}"))?;
        let graph = model.graph.context("this is not ONNX: it has no graph")?;
        check_sizes(&graph)?;
        let outputs =
            |(at, node): (usize, &NodeProto)| node.output.iter().map(move |name| (name.clone(), at)).collect();
        let made_by = graph.node.iter().enumerate().flat_map(|pair| -> Vec<_> { outputs(pair) }).collect();
        let tensors = graph.initializer.iter().enumerate();
        let initializers = tensors.filter_map(|(at, tensor)| Some((tensor.name.clone()?, at))).collect();
        Ok(Self { ir_version: model.ir_version, opsets: model.opset_import, graph, made_by, initializers })
    }

    /// The nodes, in the order of the file.
    pub fn nodes(&self) -> &[NodeProto] {
        &self.graph.node
    }

    /// The names of the inputs.
    pub fn inputs(&self) -> Vec<&str> {
        let names = self.graph.input.iter().filter_map(|input| input.name.as_deref());
        names.filter(|name| !self.initializers.contains_key(*name)).collect()
    }

    /// The names of the outputs.
    pub fn outputs(&self) -> Vec<&str> {
        self.graph.output.iter().filter_map(|output| output.name.as_deref()).collect()
    }

    /// The declared shape of an output; an open dimension is 1, as in a batch of one picture.
    pub fn shape(&self, output: &str) -> Option<Vec<usize>> {
        let info = self.graph.output.iter().find(|info| info.name.as_deref() == Some(output))?;
        let shape = info.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?;
        shape.dim.iter().map(|side| usize::try_from(side.dim_value.unwrap_or(1)).ok()).collect()
    }

    /// Whether a value is a constant of the file.
    pub fn is_initializer(&self, name: &str) -> bool {
        self.initializers.contains_key(name)
    }

    /// The subgraph from the `given` values to these outputs, as an ONNX file, and which of the given values it uses. An
    /// error if it needs anything else.
    pub fn part(&self, given: &HashSet<&str>, outputs: &[&str]) -> Result<(Vec<u8>, Vec<String>)> {
        let (mut wanted, mut seen) = (outputs.to_vec(), HashSet::new());
        let (mut nodes, mut constants, mut inputs) = (HashSet::new(), HashSet::new(), Vec::new());
        while let Some(name) = wanted.pop() {
            if name.is_empty() || !seen.insert(name) {
                continue;
            }
            if given.contains(name) {
                inputs.push(name.to_owned());
            } else if let Some(&at) = self.made_by.get(name) {
                nodes.insert(at);
                wanted.extend(self.graph.node[at].input.iter().map(String::as_str));
            } else if let Some(&at) = self.initializers.get(name) {
                constants.insert(at);
            } else {
                bail!("{outputs:?} cannot be computed from {given:?} alone: {name:?} is needed too");
            }
        }
        let model = ModelProto {
            ir_version: self.ir_version,
            opset_import: self.opsets.clone(),
            graph: Some(self.copied(&nodes, &constants, &inputs, outputs)),
            ..ModelProto::default()
        };
        let bytes = model.write_buf().map_err(|err| anyhow!("a part of the model cannot be serialised: {err}"))?;
        Ok((bytes, inputs))
    }

    fn copied(
        &self,
        nodes: &HashSet<usize>,
        constants: &HashSet<usize>,
        inputs: &[String],
        outputs: &[&str],
    ) -> GraphProto {
        let info = |name: &str| ValueInfoProto { name: Some(name.to_owned()), r#type: None };
        let node = |(at, node): (usize, &NodeProto)| nodes.contains(&at).then(|| node.clone());
        let constant = |(at, tensor): (usize, &TensorProto)| constants.contains(&at).then(|| tensor.clone());
        GraphProto {
            node: self.graph.node.iter().enumerate().filter_map(node).collect(),
            initializer: self.graph.initializer.iter().enumerate().filter_map(constant).collect(),
            input: inputs.iter().map(|name| info(name)).collect(),
            output: outputs.iter().map(|name| info(name)).collect(),
            value_info: Vec::new(),
        }
    }
}

/// An error if a convolution or pooling node asks for sizes that would only exhaust memory.
fn check_sizes(graph: &GraphProto) -> Result<()> {
    let sizes = ["pads", "strides", "dilations", "kernel_shape", "output_padding"];
    let attributes = graph.node.iter().flat_map(|node| &node.attribute);
    for attribute in attributes.filter(|attribute| attribute.name.as_deref().is_some_and(|name| sizes.contains(&name)))
    {
        let name = attribute.name.as_deref().unwrap_or_default();
        let wrong = attribute.ints.iter().find(|&&size| !(-SIZE_MAX..=SIZE_MAX).contains(&size));
        ensure!(wrong.is_none(), "the file has {name} = {wrong:?}; the maximum is {SIZE_MAX}");
    }
    Ok(())
}
