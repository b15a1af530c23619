//! Arrays and sparse matrices in a pickle.

use std::borrow::Cow;
use std::collections::HashMap;

use super::array::{Array, Object, Objects};
use super::element::Element;
use super::parts::Value;
use super::stored_matrix::{Sparse, SparseArrays};
use super::{Outcome, unexpected};
use crate::pickle::{Global, Node, NodeId, Pickle};

/// Letters in all names of an array together, per byte of the pickle: a name that is mentioned again and again.
const MOST_TEXT_PER_BYTE: usize = 64;

/// A pickle, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Pickled<'p, 'a> {
    pub(super) pickle: &'p Pickle<'a>,
    pub(super) n_bytes: usize,
}

impl<'p> Pickled<'p, '_> {
    /// What an object is: an array (also of a list), or a sparse matrix.
    pub(super) fn value(self, object: &str, id: NodeId) -> Outcome<Value<'p>> {
        match self.pickle.node(id) {
            Node::Object { global: Global::Csr | Global::Csc | Global::Coo, .. } => {
                self.sparse(object, id).map(|sparse| Value::Sparse(Box::new(sparse)))
            }
            Node::Object { global: Global::Index, args, .. } => {
                let parts = self.pickle.items(*args).and_then(|args| args.get(1));
                let data = parts.and_then(|&parts| self.entry(parts, "data"));
                let data =
                    data.ok_or_else(|| unexpected(object, "the names of an index", "something else"))?;
                self.array(object, data).map(Value::Array)
            }
            _ => self.array(object, id).map(Value::Array),
        }
    }

    /// What NumPy wraps in an array without axes to save it; other objects are themselves.
    pub(super) fn unwrapped(self, id: NodeId) -> NodeId {
        let Node::Object { global: Global::ReconstructArray, state: Some(state), .. } = self.pickle.node(id)
        else {
            return id;
        };
        let Some(&[.., shape, _, _, raw]) = self.pickle.items(*state) else { return id };
        match (self.pickle.items(shape), self.pickle.items(raw)) {
            (Some([]), Some(&[only])) => only,
            _ => id,
        }
    }

    /// The entries of a dict whose keys are text, in its order.
    pub(super) fn entries(self, id: NodeId) -> Option<Vec<(String, NodeId)>> {
        let Node::Dict(entries) = self.pickle.node(id) else { return None };
        Some(
            entries
                .iter()
                .filter_map(|&(key, value)| Some((self.pickle.text(key)?.into_owned(), value)))
                .collect(),
        )
    }

    fn entry(self, dict: NodeId, key: &str) -> Option<NodeId> {
        let Node::Dict(entries) = self.pickle.node(dict) else { return None };
        // Python keeps the last of several entries of one key.
        let found = entries
            .iter()
            .rev()
            .find(|(known, _)| self.pickle.text(*known).is_some_and(|known| known == key));
        found.map(|&(_, value)| value)
    }

    fn sparse(self, object: &str, id: NodeId) -> Outcome<Sparse<'p>> {
        let wrong = |expected: &str| unexpected(object, expected, "something else");
        let Node::Object { global, state: Some(state), .. } = self.pickle.node(id) else {
            return Err(wrong("a sparse matrix with its arrays"));
        };
        // The state is a dict, or a pair of it and of what stands in slots.
        let state = self.pickle.items(*state).and_then(|pair| pair.first()).copied().unwrap_or(*state);
        let shape = self.entry(state, "_shape").and_then(|shape| self.pickle.items(shape));
        let &[rows, columns] = shape.ok_or_else(|| wrong("a sparse matrix with a shape"))? else {
            return Err(wrong("a sparse matrix of two dimensions"));
        };
        let (Some(rows), Some(columns)) = (self.size(rows), self.size(columns)) else {
            return Err(wrong("a shape of two whole numbers"));
        };
        let array = |name: &str| {
            let path = format!("{object}/{name}");
            let id = self.entry(state, name).ok_or_else(|| unexpected(&path, "an array", "nothing"))?;
            self.array(&path, id)
        };
        let data = array("data")?;
        let arrays = if *global == Global::Coo {
            let coords = self.entry(state, "coords").and_then(|coords| self.pickle.items(coords));
            if let Some(&[row, column]) = coords {
                let path = format!("{object}/coords");
                SparseArrays::Triples { row: self.array(&path, row)?, column: self.array(&path, column)? }
            } else {
                SparseArrays::Triples { row: array("row")?, column: array("col")? }
            }
        } else {
            let by_rows = *global == Global::Csr;
            SparseArrays::Compressed { by_rows, indices: array("indices")?, starts: array("indptr")? }
        };
        Ok(Sparse { shape: (rows, columns), data, arrays })
    }

    fn array(self, object: &str, id: NodeId) -> Outcome<Array<'p>> {
        let wrong = || unexpected(object, "an array or a list", self.pickle.describe(id));
        match self.pickle.node(id) {
            Node::List(items) | Node::Tuple(items) => {
                let objects = self.objects(object, items)?;
                Array::of_objects(object, vec![items.len()], false, objects)
            }
            Node::Object { global: Global::FromBuffer, args, .. } => {
                let Some(&[buffer, dtype, shape, order]) = self.pickle.items(*args) else {
                    return Err(wrong());
                };
                let fortran = self.pickle.text(order).is_some_and(|order| order == "F");
                let raw = self.pickle.bytes(buffer).ok_or_else(wrong)?;
                Array::of_raw(object, self.element(object, dtype)?, self.shape(object, shape)?, fortran, raw)
            }
            Node::Object { global: Global::ReconstructArray | Global::Array, state: Some(state), .. } => {
                let state = self.pickle.items(*state).ok_or_else(wrong)?;
                let [.., shape, dtype, fortran, raw] = *state else { return Err(wrong()) };
                let shape = self.shape(object, shape)?;
                let fortran = matches!(self.pickle.node(fortran), Node::Bool(true) | Node::Int(1));
                match self.element(object, dtype)? {
                    Element::Object => {
                        let items = self.pickle.items(raw).ok_or_else(wrong)?;
                        Array::of_objects(object, shape, fortran, self.objects(object, items)?)
                    }
                    element => {
                        let raw: Cow<'p, [u8]> = self.pickle.bytes(raw).ok_or_else(wrong)?;
                        Array::of_raw(object, element, shape, fortran, raw)
                    }
                }
            }
            _ => Err(wrong()),
        }
    }

    fn element(self, object: &str, id: NodeId) -> Outcome<Element> {
        let Node::Object { global: Global::Dtype, args, state } = self.pickle.node(id) else {
            return Err(unexpected(object, "a type of elements", self.pickle.describe(id)));
        };
        let name = self.pickle.items(*args).and_then(|args| self.pickle.text(*args.first()?));
        let order = state
            .and_then(|state| self.pickle.items(state))
            .and_then(|state| self.pickle.text(*state.get(1)?));
        let name = name.unwrap_or_default();
        Element::parse(&name, order.as_deref()).ok_or_else(|| {
            unexpected(
                object,
                "elements that are numbers, text or objects",
                format!("type `{}`", name.escape_debug()),
            )
        })
    }

    fn shape(self, object: &str, id: NodeId) -> Outcome<Vec<usize>> {
        let items = self.pickle.items(id).filter(|items| items.len() <= 32);
        let shape: Option<Vec<usize>> =
            items.and_then(|items| items.iter().map(|&axis| self.size(axis)).collect());
        shape.ok_or_else(|| {
            unexpected(object, "a shape of at most 32 whole numbers", self.pickle.describe(id))
        })
    }

    fn size(self, id: NodeId) -> Option<usize> {
        match self.object(id)? {
            Object::Int(size) => usize::try_from(size).ok(),
            _ => None,
        }
    }

    /// A value that may stand in an array.
    fn object(self, id: NodeId) -> Option<Object> {
        Some(match self.pickle.node(id) {
            Node::None => Object::None,
            Node::Bool(truth) => Object::Bool(*truth),
            Node::Int(number) => Object::Int(*number),
            Node::Float(number) => Object::Float(*number),
            Node::Object { global: Global::Scalar, args, .. } => {
                let &[dtype, raw] = self.pickle.items(*args)? else { return None };
                let Ok(Element::Number(number)) = self.element("", dtype) else { return None };
                let raw = self.pickle.bytes(raw)?;
                if number.is_float() {
                    Object::Float(*number.read(&raw).first()?)
                } else if number.is_bool() {
                    Object::Bool(*number.read::<i64>(&raw).first()? != 0)
                } else {
                    Object::Int(*number.read(&raw).first()?)
                }
            }
            _ => Object::Text(self.pickle.text(id)?.into_owned()),
        })
    }

    fn objects(self, object: &str, items: &[NodeId]) -> Outcome<Objects> {
        let mut objects = Objects::default();
        let mut known: HashMap<NodeId, u32> = HashMap::new();
        let most = self.n_bytes.saturating_mul(MOST_TEXT_PER_BYTE);
        let mut letters = 0_usize;
        for &item in items {
            let code = if let Some(&code) = known.get(&item) {
                code
            } else {
                let value = self.object(item).ok_or_else(|| {
                    unexpected(object, "text, numbers or truth values", self.pickle.describe(item))
                })?;
                let code = objects.distinct.len() as u32; // as many as nodes at most, which are below 2³²
                objects.distinct.push(value);
                known.insert(item, code);
                code
            };
            if let Object::Text(text) = &objects.distinct[code as usize] {
                letters = letters.saturating_add(text.len());
            }
            if letters > most {
                return Err(unexpected(object, format!("at most {most} letters in all names"), "more"));
            }
            objects.codes.push(code);
        }
        Ok(objects)
    }
}
