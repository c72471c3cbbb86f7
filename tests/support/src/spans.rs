//! A `tracing` subscriber that records everything.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

type Fields = BTreeMap<String, String>;

/// The recorded spans and events.
#[derive(Clone)]
pub struct Recorder {
    next: Arc<AtomicU64>,
    pub spans: Arc<Mutex<BTreeMap<u64, (String, Fields)>>>,
    pub events: Arc<Mutex<Vec<(tracing::Level, Fields)>>>,
    /// The types of fields that are no text, by name.
    pub types: Arc<Mutex<BTreeMap<String, &'static str>>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    pub fn new() -> Self {
        static BYSTANDER: Once = Once::new();
        BYSTANDER.call_once(|| tracing::subscriber::set_global_default(Bystander).unwrap());
        Self { next: Arc::default(), spans: Arc::default(), events: Arc::default(), types: Arc::default() }
    }

    /// The fields of the only span with this name.
    pub fn span(&self, name: &str) -> Fields {
        let spans = self.spans.lock().unwrap();
        let mut found = spans.values().filter(|span| span.0 == name);
        let fields = found.next().unwrap_or_else(|| panic!("no span {name}")).1.clone();
        assert!(found.next().is_none(), "more than one span {name}");
        fields
    }

    fn writer<'a>(&'a self, fields: &'a mut Fields) -> Writer<'a> {
        Writer { fields, types: &self.types }
    }

    /// Everything, as text.
    pub fn dump(&self) -> String {
        format!("{:?} {:?}", self.spans.lock().unwrap(), self.events.lock().unwrap())
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("venice_ai")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut fields = Fields::new();
        span.record(&mut self.writer(&mut fields));
        self.spans.lock().unwrap().insert(id, (span.metadata().name().to_owned(), fields));
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        if let Some((_, fields)) = self.spans.lock().unwrap().get_mut(&span.into_u64()) {
            values.record(&mut self.writer(fields));
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut self.writer(&mut fields));
        self.events.lock().unwrap().push((*event.metadata().level(), fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A subscriber that is interested in nothing, and exists from the first recorder on. While a process has a single subscriber, `tracing`
/// lets the thread that first reaches an event decide whether it is enabled, and that may be a thread of another test without a recorder;
/// with two subscribers each of them is asked.
struct Bystander;

impl Subscriber for Bystander {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Writer<'a> {
    fields: &'a mut Fields,
    types: &'a Mutex<BTreeMap<String, &'static str>>,
}

impl Writer<'_> {
    fn typed(&mut self, field: &Field, value: &dyn Debug, kind: &'static str) {
        self.types.lock().unwrap().insert(field.name().to_owned(), kind);
        self.record_debug(field, value);
    }
}

impl Visit for Writer<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.typed(field, &value, "i64");
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.typed(field, &value, "u64");
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.typed(field, &value, "f64");
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.typed(field, &value, "bool");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
