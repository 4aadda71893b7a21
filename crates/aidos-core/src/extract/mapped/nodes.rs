//! JSON values into the fields of an event.

use aidos_model::json::push_ip;
use aidos_model::{Defect, Mac};

use super::field::{Target, Type};
use super::fill::{Fill, bad_ip};
use super::json::Node;
use super::plan::{FieldId, Goal, Use};
use crate::clean::ip;

impl<'a> Fill<'a, '_> {
    /// Does with a JSON value what its path asks for.
    pub(super) fn apply_node(&mut self, how: &Use, node: Node<'a>) {
        let Use::Whole(goals) = how else {
            if let Some(text) = node.scalar() {
                self.apply(how, text);
            }
            return;
        };
        for goal in goals {
            match goal {
                Goal::Field(id) => self.put_node(*id, node),
                other => {
                    if let Some(text) = node.scalar() {
                        self.goal(*other, text);
                    }
                }
            }
        }
    }

    fn put_node(&mut self, id: FieldId, node: Node<'a>) {
        let Some(field) = self.mapping.fields.get(id) else {
            return;
        };
        if self.is_seen(id) {
            return;
        }
        // A field whose values are changed takes them as text.
        let is_plain = field.map.is_empty() && field.case.is_none();
        let keeps_json = field.target == Target::Extra(Type::Auto);
        match node {
            Node::Null => {}
            Node::Number(_) | Node::Bool(_) if is_plain && keeps_json => self.put_json(id, node),
            Node::Text(_) | Node::Number(_) | Node::Bool(_) => {
                self.put(id, node.scalar().unwrap_or_default());
            }
            Node::List(items) => self.put_list(id, field.target, items, is_plain),
            Node::Object(_) if keeps_json => self.put_json(id, node),
            Node::Object(_) => {
                let mut out = Vec::new();
                node.push(&mut out);
                let text = self.alloc(&out);
                self.bad(Defect::BadType, field.target, text);
            }
        }
    }

    fn put_list(&mut self, id: FieldId, target: Target, items: &'a [Node<'a>], is_plain: bool) {
        match target {
            Target::Extra(Type::Auto | Type::List) if is_plain => {
                if !items.is_empty() {
                    self.put_json(id, Node::List(items));
                }
            }
            Target::Extra(kind @ (Type::Ip | Type::Mac)) => self.put_addresses(id, kind, items),
            Target::Extra(_)
            | Target::From
            | Target::To
            | Target::Addresses
            | Target::Category
            | Target::User
            | Target::Action
            | Target::Payload => {
                let text = self.join(items);
                self.put(id, text);
            }
            // Of several values for a field that holds one, the first is taken.
            _ => {
                if let Some(text) = items.iter().find_map(|item| item.scalar()) {
                    self.put(id, text);
                }
            }
        }
    }

    /// A list of addresses; damaged ones are left out.
    fn put_addresses(&mut self, id: FieldId, kind: Type, items: &[Node<'a>]) {
        let mut out = vec![b'['];
        for text in items.iter().filter_map(|item| item.scalar()) {
            let start = out.len();
            out.extend_from_slice(if start > 1 { b",\"" } else { b"\"" });
            let is_sound = match kind {
                Type::Ip => ip::parse(text).map(|ip| push_ip(&mut out, ip)).is_some(),
                _ => Mac::parse(text)
                    .map(|mac| out.extend_from_slice(&mac.text()))
                    .is_some(),
            };
            if is_sound {
                out.push(b'"');
            } else {
                out.truncate(start);
                let defect = if kind == Type::Ip {
                    bad_ip(text)
                } else {
                    Defect::BadMac
                };
                self.bad(defect, Target::Extra(kind), text);
            }
        }
        out.push(b']');
        if out.len() > 2 {
            let json = self.alloc(&out);
            self.push_extra(id, json);
        }
    }

    fn join(&self, items: &[Node<'a>]) -> &'a str {
        let mut text = bumpalo::collections::String::new_in(self.arena());
        for part in items.iter().filter_map(|item| item.scalar()) {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(part);
        }
        text.into_bump_str()
    }

    fn put_json(&mut self, id: FieldId, node: Node<'a>) {
        let mut out = Vec::new();
        node.push(&mut out);
        let json = self.alloc(&out);
        self.push_extra(id, json);
    }
}
