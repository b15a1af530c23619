//! A page as a browser reads it.

use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A page as a browser reads it.
pub(crate) struct Page {
    document: Handle,
    /// What a browser would have to repair.
    pub(crate) errors: Vec<String>,
}

/// An element of a page.
#[derive(Clone)]
pub(crate) struct Element(Handle);

impl Page {
    /// Reads a page by the rules of the HTML standard, errors included.
    pub(crate) fn read(html: &str) -> Self {
        let options = ParseOpts {
            tree_builder: TreeBuilderOpts { exact_errors: true, ..TreeBuilderOpts::default() },
            ..ParseOpts::default()
        };
        let dom: RcDom = parse_document(RcDom::default(), options).one(html);
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        Self { document: dom.document, errors }
    }

    /// All elements in document order.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let mut found = Vec::new();
        walk(&self.document, &mut |node| {
            if matches!(node.data, NodeData::Element { .. }) {
                found.push(Element(node.clone()));
            }
        });
        found
    }

    /// All elements of a name.
    pub(crate) fn named(&self, name: &str) -> Vec<Element> {
        self.elements().into_iter().filter(|element| element.name() == name).collect()
    }

    /// All elements of a class.
    pub(crate) fn classed(&self, class: &str) -> Vec<Element> {
        self.elements().into_iter().filter(|element| element.has_class(class)).collect()
    }

    /// The element of an id.
    pub(crate) fn id(&self, id: &str) -> Option<Element> {
        self.elements().into_iter().find(|element| element.attribute("id").as_deref() == Some(id))
    }

    /// The text that people see, but what stands in elements that `leave_out` names.
    pub(crate) fn text_but(&self, leave_out: &dyn Fn(&Element) -> bool) -> String {
        let mut text = String::new();
        gather(&self.document, leave_out, &mut text);
        text
    }
}

impl Element {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        match &self.0.data {
            NodeData::Element { name, .. } => name.local.to_string(),
            _ => String::new(),
        }
    }

    /// Its attributes, by name.
    pub(crate) fn attributes(&self) -> Vec<(String, String)> {
        match &self.0.data {
            NodeData::Element { attrs, .. } => {
                attrs.borrow().iter().map(|a| (a.name.local.to_string(), a.value.to_string())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// Whether it has a class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split_whitespace().any(|found| found == class))
    }

    /// Its text and that of everything inside.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        gather(&self.0, &|_| false, &mut text);
        text
    }

    /// Elements of a name inside it.
    pub(crate) fn named(&self, name: &str) -> Vec<Element> {
        let mut found = Vec::new();
        walk(&self.0, &mut |node| {
            let element = Element(node.clone());
            if element.name() == name {
                found.push(element);
            }
        });
        found
    }
}

fn walk(node: &Handle, visit: &mut dyn FnMut(&Handle)) {
    visit(node);
    for child in node.children.borrow().iter() {
        walk(child, visit);
    }
}

fn gather(node: &Handle, leave_out: &dyn Fn(&Element) -> bool, text: &mut String) {
    if matches!(node.data, NodeData::Element { .. }) && leave_out(&Element(node.clone())) {
        text.push(' ');
        return;
    }
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        gather(child, leave_out, text);
    }
    if matches!(node.data, NodeData::Element { .. }) {
        text.push(' ');
    }
}
