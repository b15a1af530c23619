//! Follows the instructions of a pickle.

use std::borrow::Cow;
use std::collections::HashMap;

use super::bytes::Reader;
use super::error::PickleError;
use super::escape::{unescape_bytes, unescape_unicode};
use super::global::Global;
use super::node::{Node, NodeId, Pickle};
use super::opcode as op;

/// Objects within objects. A dict of sparse matrices is nine deep.
const DEEPEST: u8 = 64;

/// Objects and marks. An object needs a byte of the file, so this matters to files of more than 32 MB alone.
const MOST_NODES: usize = 1 << 25;

/// Marks that are open at once.
const MOST_MARKS: usize = 1024;

/// A stack, a memo and the objects so far.
pub(super) struct Machine<'a> {
    reader: Reader<'a>,
    nodes: Vec<Node<'a>>,
    /// How deep each node was when it last grew.
    depths: Vec<u8>,
    stack: Vec<NodeId>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, NodeId>,
    /// Where the instruction began.
    at: usize,
}

type Done<T = ()> = Result<T, PickleError>;

impl<'a> Machine<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(bytes),
            nodes: Vec::new(),
            depths: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            at: 0,
        }
    }

    /// Follows the program until it stops.
    pub(super) fn run(mut self) -> Done<Pickle<'a>> {
        loop {
            self.at = self.reader.at();
            let instruction = self.reader.byte()?;
            if instruction == op::STOP {
                let root = self.pop()?;
                return Ok(Pickle { nodes: self.nodes, root });
            }
            if self.plain(instruction)? || self.container(instruction)? || self.object(instruction)? {
                continue;
            }
            return Err(PickleError::Instruction { at: self.at, found: instruction });
        }
    }

    /// Numbers, text and bytes; whether it was one of them.
    fn plain(&mut self, instruction: u8) -> Done<bool> {
        let at = self.at;
        let reader = &mut self.reader;
        let node = match instruction {
            op::NONE => Node::None,
            op::NEWTRUE => Node::Bool(true),
            op::NEWFALSE => Node::Bool(false),
            op::BININT => Node::Int(i64::from(i32::from_le_bytes(reader.array()?))),
            op::BININT1 => Node::Int(i64::from(reader.byte()?)),
            op::BININT2 => Node::Int(i64::from(u16::from_le_bytes(reader.array()?))),
            op::INT => match reader.text_line()? {
                "00" => Node::Bool(false),
                "01" => Node::Bool(true),
                number => Node::Int(
                    number
                        .parse()
                        .map_err(|_| PickleError::Expected { at, expected: "a whole number of 64 bits" })?,
                ),
            },
            op::LONG => Node::Int(reader.decimal()?),
            op::LONG1 => {
                let length = reader.byte()?;
                Node::Int(reader.long(u64::from(length))?)
            }
            op::LONG4 => {
                let length = u32::from_le_bytes(reader.array()?);
                Node::Int(reader.long(u64::from(length))?)
            }
            op::FLOAT => Node::Float(
                reader
                    .text_line()?
                    .parse()
                    .map_err(|_| PickleError::Expected { at, expected: "a number" })?,
            ),
            op::BINFLOAT => Node::Float(f64::from_be_bytes(reader.array()?)),
            op::SHORT_BINUNICODE | op::BINUNICODE | op::BINUNICODE8 => {
                let length = Self::length(reader, instruction)?;
                Node::Text(Cow::Borrowed(reader.text(length)?))
            }
            op::SHORT_BINBYTES
            | op::BINBYTES
            | op::BINBYTES8
            | op::BYTEARRAY8
            | op::SHORT_BINSTRING
            | op::BINSTRING => {
                let length = Self::length(reader, instruction)?;
                Node::Bytes(Cow::Borrowed(reader.take(length)?))
            }
            op::UNICODE => Node::Text(Cow::Owned(
                unescape_unicode(reader.line()?)
                    .ok_or(PickleError::Expected { at, expected: "escaped text" })?,
            )),
            op::STRING => Node::Bytes(Cow::Owned(
                unescape_bytes(reader.line()?)
                    .ok_or(PickleError::Expected { at, expected: "a quoted string" })?,
            )),
            _ => return Ok(false),
        };
        self.push(node, 1)?;
        Ok(true)
    }

    /// How long text or bytes are declared to be.
    fn length(reader: &mut Reader<'a>, instruction: u8) -> Done<u64> {
        Ok(match instruction {
            op::SHORT_BINUNICODE | op::SHORT_BINBYTES | op::SHORT_BINSTRING => u64::from(reader.byte()?),
            op::BINUNICODE | op::BINBYTES | op::BINSTRING => u64::from(u32::from_le_bytes(reader.array()?)),
            _ => u64::from_le_bytes(reader.array()?),
        })
    }

    /// The stack, the memo, lists, tuples and dicts; whether it was one of them.
    fn container(&mut self, instruction: u8) -> Done<bool> {
        match instruction {
            op::PROTO => {
                self.reader.byte()?;
            }
            op::FRAME => {
                self.reader.array::<8>()?;
            }
            op::MARK => self.mark()?,
            op::POP if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
            }
            op::POP => {
                self.pop()?;
            }
            op::POP_MARK => {
                self.since_mark()?;
            }
            op::DUP => {
                let top = self.top()?;
                self.push_again(top)?;
            }
            op::GET | op::BINGET | op::LONG_BINGET => {
                let key = self.memo_key(instruction)?;
                let known = self.memo.get(&key).copied();
                let known = known.ok_or(self.expected("an object that was put into the memo"))?;
                self.push_again(known)?;
            }
            op::PUT | op::BINPUT | op::LONG_BINPUT | op::MEMOIZE => {
                let key = self.memo_key(instruction)?;
                let top = self.top()?;
                if self.memo.len() >= MOST_NODES {
                    return Err(PickleError::Limit { limit: MOST_NODES, what: "objects" });
                }
                self.memo.insert(key, top);
            }
            op::EMPTY_LIST => self.push(Node::List(Vec::new()), 1)?,
            op::EMPTY_TUPLE => self.push(Node::Tuple(Vec::new()), 1)?,
            op::EMPTY_DICT => self.push(Node::Dict(Vec::new()), 1)?,
            op::LIST => {
                let items = self.since_mark()?;
                let depth = self.around(&items)?;
                self.push(Node::List(items), depth)?;
            }
            op::TUPLE => {
                let items = self.since_mark()?;
                self.push_tuple(items)?;
            }
            op::TUPLE1 | op::TUPLE2 | op::TUPLE3 => {
                let n = usize::from(instruction - op::TUPLE1) + 1;
                let first = self.stack.len().saturating_sub(n);
                if self.stack.len() < n || self.marks.last().is_some_and(|&mark| mark > first) {
                    return Err(self.expected("the parts of a tuple"));
                }
                let items = self.stack.drain(first..).collect();
                self.push_tuple(items)?;
            }
            op::DICT => {
                let items = self.since_mark()?;
                self.push(Node::Dict(Vec::new()), 1)?;
                self.set_items(&items)?;
            }
            op::APPEND => {
                let item = self.pop()?;
                self.append(&[item])?;
            }
            op::APPENDS => {
                let items = self.since_mark()?;
                self.append(&items)?;
            }
            op::SETITEM => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.set_items(&[key, value])?;
            }
            op::SETITEMS => {
                let items = self.since_mark()?;
                self.set_items(&items)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What Python would look up, call or build; whether it was one of them.
    fn object(&mut self, instruction: u8) -> Done<bool> {
        match instruction {
            op::GLOBAL => {
                let (module, name) = (self.reader.text_line()?, self.reader.text_line()?);
                self.push(Node::Global(Global::find(module, name)?), 1)?;
            }
            op::STACK_GLOBAL => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Node::Text(module), Node::Text(name)) = (self.node(module), self.node(name)) else {
                    return Err(self.expected("the names of a module and of what is in it"));
                };
                let global = Global::find(module, name)?;
                self.push(Node::Global(global), 1)?;
            }
            op::INST => {
                let (module, name) = (self.reader.text_line()?, self.reader.text_line()?);
                let global = Global::find(module, name)?;
                let args = self.since_mark()?;
                self.push_tuple(args)?;
                let args = self.pop()?;
                self.make(global, args)?;
            }
            op::OBJ => {
                let mut args = self.since_mark()?;
                if args.is_empty() {
                    return Err(self.expected("a class"));
                }
                let class = self.global(args.remove(0))?;
                self.push_tuple(args)?;
                let args = self.pop()?;
                self.make(class, args)?;
            }
            op::REDUCE | op::NEWOBJ => {
                let (args, class) = (self.pop()?, self.pop()?);
                let class = self.global(class)?;
                self.make(class, args)?;
            }
            op::NEWOBJ_EX => {
                let (_keywords, args, class) = (self.pop()?, self.pop()?, self.pop()?);
                let class = self.global(class)?;
                self.make(class, args)?;
            }
            op::BUILD => {
                let (state, object) = (self.pop()?, self.top()?);
                self.grow(object, &[state])?;
                match &mut self.nodes[object.0 as usize] {
                    Node::Object { state: given, .. } => *given = Some(state),
                    _ => return Err(self.expected("an object that has a state")),
                }
            }
            op::EMPTY_SET | op::ADDITEMS | op::FROZENSET => {
                return Err(PickleError::NotAllowed { name: "builtins.set".into() });
            }
            op::PERSID | op::BINPERSID => return Err(self.outside("an object of another store")),
            op::EXT1 | op::EXT2 | op::EXT4 => return Err(self.outside("Python's extension registry")),
            op::NEXT_BUFFER | op::READONLY_BUFFER => return Err(self.outside("a buffer of another file")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What a call would give: a note of the call, except for what is a dict and for what only makes an object.
    fn make(&mut self, global: Global, args: NodeId) -> Done {
        let Node::Tuple(items) = self.node(args) else { return Err(self.expected("a tuple of arguments")) };
        match (global, items.as_slice()) {
            (Global::OrderedDict, []) => self.push(Node::Dict(Vec::new()), 1),
            (Global::Reconstruct, &[class, ..]) => {
                let global = self.global(class)?;
                let depth = self.around(&[args])?;
                self.push(Node::Object { global, args, state: None }, depth)
            }
            _ => {
                let depth = self.around(&[args])?;
                self.push(Node::Object { global, args, state: None }, depth)
            }
        }
    }

    fn push(&mut self, node: Node<'a>, depth: u8) -> Done {
        self.push_within_limit()?;
        let id = NodeId(self.nodes.len() as u32); // below the limit, which is below 2³²
        self.nodes.push(node);
        self.depths.push(depth);
        self.stack.push(id);
        Ok(())
    }

    /// A second mention of an object.
    fn push_again(&mut self, id: NodeId) -> Done {
        self.push_within_limit()?;
        self.stack.push(id);
        Ok(())
    }

    fn push_within_limit(&self) -> Done {
        if self.nodes.len() < MOST_NODES && self.stack.len() < MOST_NODES {
            return Ok(());
        }
        Err(PickleError::Limit { limit: MOST_NODES, what: "objects" })
    }

    fn push_tuple(&mut self, items: Vec<NodeId>) -> Done {
        let depth = self.around(&items)?;
        self.push(Node::Tuple(items), depth)
    }

    fn mark(&mut self) -> Done {
        if self.marks.len() >= MOST_MARKS {
            return Err(PickleError::Limit { limit: MOST_MARKS, what: "open marks" });
        }
        self.marks.push(self.stack.len());
        Ok(())
    }

    /// Takes the top of the stack, which must lie above the last mark.
    fn pop(&mut self) -> Done<NodeId> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn top(&self) -> Done<NodeId> {
        let floor = self.marks.last().copied().unwrap_or(0);
        match self.stack.last() {
            Some(&top) if self.stack.len() > floor => Ok(top),
            _ => Err(self.expected("an object on the stack")),
        }
    }

    /// Takes everything above the last mark, and the mark.
    fn since_mark(&mut self) -> Done<Vec<NodeId>> {
        let mark = self.marks.pop().ok_or(self.expected("a mark on the stack"))?;
        // Not `split_off`, which may keep the room of the whole stack for each list.
        Ok(self.stack.drain(mark..).collect())
    }

    fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    fn global(&self, id: NodeId) -> Done<Global> {
        match self.node(id) {
            Node::Global(global) => Ok(*global),
            _ => Err(self.expected("a class or function")),
        }
    }

    fn append(&mut self, items: &[NodeId]) -> Done {
        let list = self.top()?;
        self.grow(list, items)?;
        match &mut self.nodes[list.0 as usize] {
            Node::List(list) => list.extend(items),
            _ => return Err(self.expected("a list")),
        }
        Ok(())
    }

    fn set_items(&mut self, items: &[NodeId]) -> Done {
        let dict = self.top()?;
        self.grow(dict, items)?;
        let (pairs, odd) = items.as_chunks::<2>();
        match &mut self.nodes[dict.0 as usize] {
            Node::Dict(dict) if odd.is_empty() => dict.extend(pairs.iter().map(|&[key, value]| (key, value))),
            _ => return Err(self.expected("a dict, and pairs of keys and values")),
        }
        Ok(())
    }

    /// The depth of something that holds these.
    fn around(&self, items: &[NodeId]) -> Done<u8> {
        let deepest = items.iter().map(|item| self.depths[item.0 as usize]).max().unwrap_or(0);
        if deepest >= DEEPEST {
            return Err(PickleError::Limit {
                limit: usize::from(DEEPEST),
                what: "levels of objects within objects",
            });
        }
        Ok(deepest + 1)
    }

    fn grow(&mut self, holder: NodeId, items: &[NodeId]) -> Done {
        let depth = self.around(items)?;
        let known = &mut self.depths[holder.0 as usize];
        *known = depth.max(*known);
        Ok(())
    }

    fn memo_key(&mut self, instruction: u8) -> Done<u32> {
        let wrong = self.expected("the number of an object in the memo");
        match instruction {
            op::BINGET | op::BINPUT => self.reader.byte().map(u32::from),
            op::LONG_BINGET | op::LONG_BINPUT => self.reader.array().map(u32::from_le_bytes),
            op::MEMOIZE => u32::try_from(self.memo.len()).map_err(|_| wrong),
            _ => u32::try_from(self.reader.decimal()?).map_err(|_| wrong),
        }
    }

    fn expected(&self, expected: &'static str) -> PickleError {
        PickleError::Expected { at: self.at, expected }
    }

    fn outside(&self, what: &'static str) -> PickleError {
        PickleError::Outside { at: self.at, what }
    }
}
