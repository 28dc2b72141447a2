//! Canary texts: a unique one for every text field of every message, made from the descriptors, so that a new field has one too.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use proto::{DESCRIPTORS, class, wire::v1::Class};

/// How every canary begins. No word of any language, no code of ours, and not by chance in base64.
pub const STEM: &str = "qzvjxkwh";
/// Canaries for fields that take digits or an address only.
pub const FPS: &str = "804713K";
pub const PHONE: &str = "+16135550173";

/// One canary.
#[derive(Debug, Clone)]
pub struct Mark {
    pub text: String,
    /// Full name of the field, or what else it stood in.
    pub place: String,
    pub class: Class,
}

/// Every canary that was let go, and the fields that had one.
#[derive(Clone, Default)]
pub struct Marks(Arc<Mutex<Vec<Mark>>>);

impl Marks {
    /// A canary for a place that is no field: a header, a key, bytes that are no message.
    pub fn loose(&self, place: &str, class: Class) -> String {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = format!("{STEM}{:04}x", all.len());
        all.push(Mark { text: text.clone(), place: place.to_owned(), class });
        text
    }

    /// A message whose every text field, at every depth, holds a canary; `own` gives the fields that take no free text.
    pub fn fill<M: Message + Default + ReflectMessage>(&self, own: &[(&str, &str)]) -> M {
        self.message(&M::default().descriptor(), own).transcode_to().unwrap()
    }

    /// The same for a message that is known by its descriptor only.
    pub fn message(&self, descriptor: &MessageDescriptor, own: &[(&str, &str)]) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        for field in descriptor.fields() {
            let value = match field.kind() {
                Kind::String => self.text(&field, own),
                Kind::Message(inner) if inner.package_name().starts_with("ro.") => Some(Value::Message(self.message(&inner, own))),
                _ => None,
            };
            match value {
                Some(value) if field.is_list() => message.set_field(&field, Value::List(vec![value])),
                Some(value) => message.set_field(&field, value),
                None => {}
            }
        }
        message
    }

    fn text(&self, field: &FieldDescriptor, own: &[(&str, &str)]) -> Option<Value> {
        if let Some((_, given)) = own.iter().find(|(name, _)| *name == field.name()) {
            return (!given.is_empty()).then(|| Value::String((*given).to_owned()));
        }
        Some(Value::String(self.loose(field.full_name(), class::of(field))))
    }

    /// The canaries of a text, by what follows the stem.
    pub fn of(&self, text: &str) -> Vec<Mark> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = text.to_lowercase();
        all.iter().filter(|mark| text.contains(&mark.text)).cloned().collect()
    }

    pub fn places(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|mark| mark.place.clone()).collect()
    }
}

/// Text fields above OPEN of everything that can be sent to us, by RPC or on the bus.
pub fn sensitive() -> BTreeSet<String> {
    let services = DESCRIPTORS.services().filter(|service| service.full_name().starts_with("ro."));
    let mut waiting: Vec<MessageDescriptor> = services.flat_map(|s| s.methods().map(|m| m.input()).collect::<Vec<_>>()).collect();
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    while let Some(message) = waiting.pop() {
        if !message.package_name().starts_with("ro.") || !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        for field in message.fields() {
            match field.kind() {
                Kind::String if class::of(&field) > Class::Open => drop(found.insert(field.full_name().to_owned())),
                Kind::Message(inner) => waiting.push(inner),
                _ => {}
            }
        }
    }
    found
}
