//! `Pick`: the requirements of a model, and the order of those that meet them.

use super::need::Need;
use super::picked::PickedModel;
use super::quotes::QuotedRequest;
use crate::api::generated::types::{ModelType, Money, QuoteAudioRequest, QuoteVideoRequest};
use crate::features::catalogue::{Catalogue, CatalogueModel};
use crate::features::cost::{Prices, Tokens};
use crate::runtime::amount::{self, Amount};
use crate::runtime::meta::NotAnAmount;

/// What a model has to do, for [`Models::pick`](crate::Models::pick).
///
/// Without an order, it is the model with the trait `default`, or else the first of the API's list.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `models().pick(…)` has it"]
pub struct Pick {
    pub(super) kind: ModelType,
    needs: Vec<Need>,
    order: Order,
    /// The most that it may cost.
    pub(super) limit: Option<Result<Amount, NotAnAmount>>,
    tokens: Tokens,
    pub(super) quoted: Option<QuotedRequest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Listed,
    Cheapest,
    LargestContext,
}

impl Pick {
    /// A model of this type.
    pub fn of_type(kind: impl Into<ModelType>) -> Self {
        Self {
            kind: kind.into(),
            needs: vec![Need::Online, Need::Lasting, Need::Released],
            order: Order::Listed,
            limit: None,
            tokens: Tokens { prompt: 3_000, cached: 0, cache_written: 0, completion: 1_000 },
            quoted: None,
        }
    }

    /// A model for chats. Its price is that of 3,000 prompt tokens and 1,000 completion tokens, or of [`tokens`](Self::tokens).
    pub fn chat() -> Self {
        Self::of_type(ModelType::Text)
    }

    /// A model for images. Its price is that of one image, in the resolution and quality that the model has by default.
    pub fn image() -> Self {
        Self::of_type(ModelType::Image)
    }

    /// A model for embeddings. Its price is that of 3,000 tokens, or of [`tokens`](Self::tokens).
    pub fn embedding() -> Self {
        Self::of_type(ModelType::Embedding)
    }

    /// A model for speech. Its price is that of 1,000 characters.
    pub fn speech() -> Self {
        Self::of_type(ModelType::Tts)
    }

    /// A model for transcriptions. Its price is that of a minute.
    pub fn transcription() -> Self {
        Self::of_type(ModelType::Asr)
    }

    /// A model for a video. The API quotes its price for each model that fits, which is free; a model for which it quotes none cannot make
    /// this video. The request's own model does not matter.
    pub fn video(request: impl Into<QuoteVideoRequest>) -> Self {
        Self { quoted: Some(QuotedRequest::Video(request.into())), ..Self::of_type(ModelType::Video) }
    }

    /// A model for music or effects, with quotes as for [`video`](Self::video).
    pub fn music(request: impl Into<QuoteAudioRequest>) -> Self {
        Self { quoted: Some(QuotedRequest::Music(request.into())), ..Self::of_type(ModelType::Music) }
    }

    /// Only models that the catalogue lists as [private](CatalogueModel::is_private).
    pub fn private(self) -> Self {
        self.needing(Need::Private)
    }

    /// Only models in a trusted execution environment.
    pub fn tee(self) -> Self {
        self.needing(Need::Tee)
    }

    /// Only models with end-to-end encryption.
    pub fn e2ee(self) -> Self {
        self.needing(Need::E2ee)
    }

    /// Only models with little content filtering.
    pub fn uncensored(self) -> Self {
        self.needing(Need::Uncensored)
    }

    /// Only models that are optimised for code.
    pub fn code(self) -> Self {
        self.needing(Need::Code)
    }

    /// Only models that call tools.
    pub fn tools(self) -> Self {
        self.needing(Need::Tools)
    }

    /// Only models that follow a JSON schema.
    pub fn response_schema(self) -> Self {
        self.needing(Need::ResponseSchema)
    }

    /// Only models that reason.
    pub fn reasoning(self) -> Self {
        self.needing(Need::Reasoning)
    }

    /// Only models that read images.
    pub fn vision(self) -> Self {
        self.needing(Need::Vision)
    }

    /// Only models that listen to audio.
    pub fn audio_input(self) -> Self {
        self.needing(Need::AudioInput)
    }

    /// Only models that watch videos.
    pub fn video_input(self) -> Self {
        self.needing(Need::VideoInput)
    }

    /// Only models with web search.
    pub fn web_search(self) -> Self {
        self.needing(Need::WebSearch)
    }

    /// Only models that read at least so many tokens.
    pub fn context(self, tokens: u32) -> Self {
        self.needing(Need::Context(tokens))
    }

    /// Not this model. May be called several times.
    pub fn not(self, id: impl Into<String>) -> Self {
        self.needing(Need::Not(id.into()))
    }

    /// Models in beta, too, which may be open only to some accounts.
    pub fn allow_beta(self) -> Self {
        self.without(&Need::Released)
    }

    /// Models that are about to be removed, too.
    pub fn allow_deprecated(self) -> Self {
        self.without(&Need::Lasting)
    }

    /// The tokens that a chat or an embedding is priced for.
    pub fn tokens(mut self, prompt: u64, completion: u64) -> Self {
        self.tokens = Tokens { prompt, completion, ..self.tokens };
        self
    }

    /// The cheapest first. Models without a known price are not chosen.
    pub fn cheapest(mut self) -> Self {
        self.order = Order::Cheapest;
        self
    }

    /// The largest context first.
    pub fn largest_context(mut self) -> Self {
        self.order = Order::LargestContext;
        self
    }

    /// Only models whose [price](super::PickedModel::price) is at most this, in US dollars. Models without a known price are not chosen.
    /// What is not an amount, or negative, is an error of the pick.
    pub fn at_most(mut self, usd: impl TryInto<Amount>) -> Self {
        self.limit = Some(amount::limit(usd));
        self
    }

    fn needing(mut self, need: Need) -> Self {
        if !self.needs.contains(&need) {
            self.needs.push(need);
        }
        self
    }

    fn without(mut self, need: &Need) -> Self {
        self.needs.retain(|known| known != need);
        self
    }

    /// The models that fit, and how many do not for which reason.
    pub(super) fn sort_out(&self, catalogue: &Catalogue) -> (Vec<CatalogueModel>, Vec<(String, usize)>) {
        let mut missing = vec![0; self.needs.len()];
        let mut fitting = Vec::new();
        for model in catalogue.of_type(self.kind.clone()) {
            match self.needs.iter().position(|need| !need.is_met(model)) {
                None => fitting.push(model.clone()),
                Some(place) => missing[place] += 1,
            }
        }
        let rejected = self.needs.iter().zip(missing).filter(|(_, count)| *count > 0);
        (fitting, rejected.map(|(need, count)| (need.missing(), count)).collect())
    }

    /// The models with their list prices, and how many have none although it matters.
    pub(super) fn priced(&self, models: Vec<CatalogueModel>) -> (Vec<PickedModel>, usize) {
        let all = models.len();
        let candidates = models.into_iter().map(|model| PickedModel { price: self.price(&model), model });
        let needs_price = self.order == Order::Cheapest || self.limit.is_some();
        let candidates: Vec<_> = candidates.filter(|model| !needs_price || model.amount().is_some()).collect();
        let unpriced = all - candidates.len();
        (candidates, unpriced)
    }

    fn price(&self, model: &CatalogueModel) -> Option<Money> {
        const CHARACTERS: u64 = 1_000;
        const SECONDS: i64 = 60;
        let prices = Prices::of(model.model());
        match model.kind() {
            ModelType::Text | ModelType::Decision => prices.tokens(self.tokens),
            ModelType::Embedding => prices.tokens(Tokens { completion: 0, ..self.tokens }),
            ModelType::Image => prices.images(None, None, 1),
            ModelType::Tts => prices.speech_characters(CHARACTERS),
            ModelType::Asr => prices.transcribed_seconds(SECONDS.into()),
            _ => None,
        }
    }

    pub(super) fn best(&self, mut candidates: Vec<PickedModel>) -> Option<PickedModel> {
        if let Some(Ok(limit)) = self.limit {
            candidates.retain(|candidate| candidate.amount().is_some_and(|amount| amount <= limit));
        }
        // Sorting is stable, so the API's order decides between equals.
        match self.order {
            Order::Listed => {
                candidates.sort_by_key(|candidate| !candidate.model.traits().iter().any(|name| name == "default"))
            }
            Order::Cheapest => candidates.sort_by_key(PickedModel::amount),
            Order::LargestContext => {
                candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.model.context_tokens()));
            }
        }
        candidates.into_iter().next()
    }
}
