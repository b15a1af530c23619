//! Pickles, read without running them.
//!
//! A pickle is a program that builds Python objects, and whoever wrote it may let it call anything. This reader
//! follows its instructions (protocols 0 to 5) but calls nothing: what the program would build becomes a table of
//! nodes, and a short list says which Python names may stand in it. Any other name is refused, by
//! name, before anything is made of it.
//!
//! Every limit is a count that the size of the file bounds already or a constant: nodes, depth, memo. Nodes refer
//! to each other by position, so nothing here or in what reads the table needs a stack as deep as the data.

mod bytes;
mod error;
mod escape;
mod global;
mod machine;
mod node;
mod opcode;

pub use error::PickleError;
pub(crate) use global::Global;
pub(crate) use node::{Node, NodeId, Pickle};
