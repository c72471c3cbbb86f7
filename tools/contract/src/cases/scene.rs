//! `Scene`: shared by the requests: the client, the limits, and values of earlier replies.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use venice_ai::Client;
use venice_ai::jobs::JobHandle;
use venice_ai::types::{Model, ModelFilter};

use super::{Cost, Stop};

/// What may be done.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    is_live: bool,
    usd: f64,
    manages_keys: bool,
}

impl Limits {
    /// A test server: nothing costs anything.
    pub fn none() -> Self {
        Self { is_live: false, usd: f64::INFINITY, manages_keys: true }
    }

    /// The real API.
    pub fn live(usd: f64, manages_keys: bool) -> Self {
        Self { is_live: true, usd, manages_keys }
    }
}

/// Cheap to clone, like the client.
#[derive(Clone)]
pub struct Scene(Rc<Inner>);

struct Inner {
    venice: Client,
    limits: Limits,
    usd_left: Cell<f64>,
    models: RefCell<BTreeMap<String, Vec<Model>>>,
    jobs: RefCell<BTreeMap<&'static str, JobHandle>>,
    /// Ids of keys that were made, and not deleted yet.
    keys: RefCell<Vec<String>>,
}

impl Scene {
    pub fn new(venice: Client, limits: Limits) -> Self {
        Self(Rc::new(Inner {
            venice,
            limits,
            usd_left: Cell::new(limits.usd),
            models: RefCell::default(),
            jobs: RefCell::default(),
            keys: RefCell::default(),
        }))
    }

    pub fn venice(&self) -> &Client {
        &self.0.venice
    }

    /// Whether a case may be sent, and the reason if not. What it costs is taken off.
    pub fn admits(&self, cost: Cost) -> Result<(), String> {
        let limits = self.0.limits;
        match cost {
            Cost::Usd(usd) => self.spend(usd),
            Cost::Quoted if limits.usd <= 0.0 => Err("costs money: --allow-paid".to_owned()),
            Cost::Keys if !limits.manages_keys => Err("changes API keys: --manage-keys".to_owned()),
            Cost::TestServer(reason) if limits.is_live => Err(reason.to_owned()),
            Cost::Free | Cost::Quoted | Cost::Keys | Cost::TestServer(_) => Ok(()),
        }
    }

    /// Pays a price that was quoted.
    pub fn pay(&self, usd: f64) -> Result<(), Stop> {
        self.spend(usd).map_err(Stop::Skipped)
    }

    fn spend(&self, usd: f64) -> Result<(), String> {
        let left = self.0.usd_left.get();
        if self.0.limits.usd <= 0.0 {
            return Err("costs money: --allow-paid".to_owned());
        }
        if usd > left {
            return Err(format!("may cost ${usd:.2}, which is more than is left of --allow-paid"));
        }
        self.0.usd_left.set(left - usd);
        Ok(())
    }

    /// A while for a job to come on. A test server's is done at once.
    pub async fn pause(&self) {
        if self.0.limits.is_live {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
    }

    /// A model of a kind: the default one, else the first.
    pub async fn model(&self, kind: ModelFilter) -> Result<String, Stop> {
        let is_default = |model: &&Model| model.model_spec.traits.iter().flatten().any(|word| word == "default");
        let models = self.models(kind).await?;
        let usable: Vec<&Model> = models.iter().filter(|model| model.model_spec.offline != Some(true)).collect();
        let found = usable.iter().find(|model| is_default(model)).or(usable.first());
        found
            .map(|model| model.id.clone())
            .ok_or_else(|| Stop::Skipped("the server has no model of this kind".to_owned()))
    }

    /// A model that changes voices.
    pub async fn voice_changer(&self) -> Result<String, Stop> {
        let models = self.models(ModelFilter::Music).await?;
        let found = models.iter().find(|model| model.model_spec.voice_changer == Some(true));
        found.map(|model| model.id.clone()).ok_or_else(|| Stop::Skipped("no model changes voices".to_owned()))
    }

    /// A model that proves where it runs.
    pub async fn model_with_proof(&self) -> Result<String, Stop> {
        let models = self.models(ModelFilter::Text).await?;
        let proves = |model: &&Model| {
            model.model_spec.capabilities.as_ref().is_some_and(|can| can.supports_tee_attestation == Some(true))
        };
        let found = models.iter().find(proves).map(|model| model.id.clone());
        found.ok_or_else(|| Stop::Skipped("no model proves where it runs".to_owned()))
    }

    async fn models(&self, kind: ModelFilter) -> Result<Vec<Model>, Stop> {
        let name = kind.as_str().to_owned();
        if let Some(known) = self.0.models.borrow().get(&name) {
            return Ok(known.clone());
        }
        let listed = self.venice().models().list(kind).await?;
        self.0.models.borrow_mut().insert(name, listed.clone());
        Ok(listed)
    }

    pub fn job(&self, kind: &'static str) -> Option<JobHandle> {
        self.0.jobs.borrow().get(kind).cloned()
    }

    pub fn keep_job(&self, kind: &'static str, job: JobHandle) {
        self.0.jobs.borrow_mut().insert(kind, job);
    }

    pub fn made_key(&self, id: &str) {
        self.0.keys.borrow_mut().push(id.to_owned());
    }

    pub fn deleted_key(&self, id: &str) {
        self.0.keys.borrow_mut().retain(|made| made != id);
    }

    pub fn a_made_key(&self) -> Option<String> {
        self.0.keys.borrow().first().cloned()
    }

    /// Deletes what was made.
    pub async fn clean_up(&self) {
        let keys = self.0.keys.take();
        for id in keys {
            if let Err(error) = self.venice().api_keys().delete(&id).await {
                eprintln!(
                    "warning: a key that this run made could not be deleted ({:?}); its id is {id}",
                    error.kind()
                );
            }
        }
    }
}
