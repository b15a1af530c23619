//! What a pickle describes, as a table.

use std::borrow::Cow;

use super::error::PickleError;
use super::global::Global;
use super::machine::Machine;

/// The place of a node in its [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NodeId(pub(super) u32);

/// One object of a pickle. Text and bytes stay where they are in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Bytes(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    List(Vec<NodeId>),
    Tuple(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    Global(Global),
    /// `global(*args)`, or an object of the class, then given a state.
    Object {
        global: Global,
        args: NodeId,
        state: Option<NodeId>,
    },
}

/// A pickle that was read: objects that refer to each other by place, possibly in circles.
#[derive(Debug)]
pub(crate) struct Pickle<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) root: NodeId,
}

impl<'a> Pickle<'a> {
    /// Follows the instructions of a pickle to their end; what comes after it is not looked at.
    ///
    /// # Errors
    /// When it asks for anything that is not on the list, is damaged, or is larger than the limits.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, PickleError> {
        Machine::new(bytes).run()
    }

    /// The object that the pickle is of.
    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    /// An object.
    pub(crate) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    /// The parts of a list or tuple.
    pub(crate) fn items(&self, id: NodeId) -> Option<&[NodeId]> {
        match self.node(id) {
            Node::List(items) | Node::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// A text; also bytes that are UTF-8, which is what Python 2 called text.
    pub(crate) fn text(&self, id: NodeId) -> Option<Cow<'_, str>> {
        match self.node(id) {
            Node::Text(text) => Some(Cow::Borrowed(text)),
            _ => match self.bytes(id)? {
                Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
                Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
            },
        }
    }

    /// Bytes, also those that protocol 2 spells as `_codecs.encode(text, 'latin1')`.
    pub(crate) fn bytes(&self, id: NodeId) -> Option<Cow<'_, [u8]>> {
        match self.node(id) {
            Node::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Node::Object { global: Global::Encode, args, .. } => {
                let &[text, encoding] = self.items(*args)? else { return None };
                let (Node::Text(text), Node::Text(encoding)) = (self.node(text), self.node(encoding)) else {
                    return None;
                };
                if !matches!(&**encoding, "latin1" | "latin-1") {
                    return None;
                }
                let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
                bytes.map(Cow::Owned)
            }
            _ => None,
        }
    }

    /// What an object is, in words.
    pub(crate) fn describe(&self, id: NodeId) -> &'static str {
        match self.node(id) {
            Node::None => "`None`",
            Node::Bool(_) => "a truth value",
            Node::Int(_) | Node::Object { global: Global::Scalar, .. } => "a number",
            Node::Float(_) => "a fraction",
            Node::Bytes(_) | Node::Object { global: Global::Encode, .. } => "bytes",
            Node::Text(_) => "text",
            Node::List(_) => "a list",
            Node::Tuple(_) => "a tuple",
            Node::Dict(_) => "a dict",
            Node::Global(_) => "a class",
            Node::Object { global, .. } => match global {
                Global::Csr | Global::Csc | Global::Coo => "a sparse matrix",
                Global::Index => "an index",
                Global::ReconstructArray | Global::Array | Global::FromBuffer => "an array",
                _ => "an object",
            },
        }
    }
}
