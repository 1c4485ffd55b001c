//! The last layer of a model alone: from an embedding that was kept to one number a class.
//!
//! It is cut out of the model and always runs in pure Rust, so that it says the same on every machine.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, anyhow, bail};
use rten::{NodeId, ValueView};
use rten_onnx::onnx::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::engine::{Graph, vector};

/// The part of a model between its embedding and its classes.
pub struct Head {
    graph: Graph,
    embedding: NodeId,
    classes: NodeId,
    name: String,
    /// As the model gives it; one of them is the vector's length.
    shape: Vec<usize>,
}

impl Head {
    /// Cuts it out; the embedding has `dims` numbers. An error when the classes do not follow from it alone.
    pub fn cut(onnx: &[u8], embedding: &str, classes: &str, dims: usize) -> Result<Self> {
        let mut model = ModelProto::parse_buf(onnx).map_err(|err| anyhow!("this is not ONNX: {err}"))?;
        let graph = model.graph.as_mut().context("the file holds no graph")?;
        keep_between(graph, embedding, classes)?;
        let shape = shape(&graph.input[0]).filter(|shape| shape.iter().product::<usize>() == dims);
        let shape = shape.unwrap_or_else(|| vec![1, dims]);
        let graph = Graph::load(model.write_buf().map_err(|err| anyhow!("{err}"))?)?;
        let (embedding, node) = (graph.id(embedding)?, graph.id(classes)?);
        Ok(Self { graph, embedding, classes: node, name: classes.to_owned(), shape })
    }

    /// One number a class.
    pub fn run(&self, embedding: &[f32]) -> Result<Vec<f32>> {
        let input = ValueView::from_shape(self.shape.as_slice(), embedding).map_err(|_| {
            anyhow!("an embedding of {} numbers, where the model's have the shape {:?}", embedding.len(), self.shape)
        })?;
        let [value] = <[_; 1]>::try_from(self.graph.run(vec![(self.embedding, input)], &[self.classes])?)
            .map_err(|_| anyhow!("the model gave no {:?}", self.name))?;
        vector(value, &self.name)
    }
}

/// What the file says of a tensor's shape; a side that it leaves open is 1, as a batch of one picture.
fn shape(tensor: &ValueInfoProto) -> Option<Vec<usize>> {
    let shape = tensor.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?;
    shape.dim.iter().map(|side| usize::try_from(side.dim_value.unwrap_or(1)).ok()).collect()
}

/// Leaves in the graph what leads from the embedding to the classes.
fn keep_between(graph: &mut GraphProto, embedding: &str, classes: &str) -> Result<()> {
    let made_by: HashMap<&str, usize> = graph
        .node
        .iter()
        .enumerate()
        .flat_map(|(at, node)| node.output.iter().map(move |output| (output.as_str(), at)))
        .collect();
    let inputs: HashSet<&str> = graph.input.iter().filter_map(|input| input.name.as_deref()).collect();
    let constants: HashSet<&str> = graph.initializer.iter().filter_map(|tensor| tensor.name.as_deref()).collect();

    let (mut wanted, mut nodes, mut tensors) = (vec![classes], HashSet::new(), HashSet::new());
    while let Some(name) = wanted.pop() {
        if name == embedding || name.is_empty() || !tensors.insert(name.to_owned()) {
            continue;
        }
        if let Some(&at) = made_by.get(name) {
            nodes.insert(at);
            wanted.extend(graph.node[at].input.iter().map(String::as_str));
        } else if inputs.contains(name) && !constants.contains(name) {
            bail!("{classes:?} does not follow from {embedding:?} alone: it also needs {name:?}");
        }
    }
    let mut at = 0;
    graph.node.retain(|_: &NodeProto| {
        at += 1;
        nodes.contains(&(at - 1))
    });
    graph.initializer.retain(|tensor| tensor.name.as_ref().is_some_and(|name| tensors.contains(name)));
    graph.value_info.clear();
    let info = |name: &str| graph.output.iter().find(|output| output.name.as_deref() == Some(name)).cloned();
    let (input, output) = (info(embedding), info(classes));
    graph.input = vec![input.context("the embedding is no output of the model")?];
    graph.output = vec![output.context("the classes are no output of the model")?];
    Ok(())
}
