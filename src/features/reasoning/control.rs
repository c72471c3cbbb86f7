//! `ReasoningControl`: how much a model reasons, translated to the fields that the model supports.

use super::ReasoningSupport;
use crate::api::generated::types::{ChatCompletionRequest, Reasoning, ReasoningEffort};
use crate::runtime::validation::ValidationError;

/// How much a model reasons before it answers.
///
/// Models support different fields for this, and the API rejects an effort that a model does not support (400).
/// [`reasoning_for`](ChatCompletionRequest::reasoning_for) sets the ones of the given model:
///
/// | | `Off` | `Effort(…)` | `Hidden` |
/// |---|---|---|---|
/// | a model that does not reason | nothing | nothing | nothing |
/// | its [`reasoning_effort_options`] list `none` | `reasoning_effort: "none"` | the nearest of its options | `strip_thinking_response` |
/// | its options do not list `none` | both switches of Venice | the nearest of its options | `strip_thinking_response` |
/// | it supports an effort, and lists no options | both switches of Venice | that effort | `strip_thinking_response` |
/// | it reasons, and supports no effort | both switches of Venice | nothing | `strip_thinking_response` |
/// | a model without known capabilities | both switches of Venice | that effort | `strip_thinking_response` |
///
/// Venice's switches are `reasoning.enabled: false`, which the vendor's guide recommends, and `venice_parameters.disable_thinking`, which
/// also removes `<think>` from the answer. No capability says that a model always reasons, as Claude, Gemini 3 and DeepSeek R1 are said to:
/// such a model still reasons, which is charged, and the reasoning is removed from the answer if it is written there.
///
/// [`reasoning_effort_options`]: crate::types::ModelCapabilities#structfield.reasoning_effort_options
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningControl {
    /// The model's default.
    #[default]
    Default,
    /// No reasoning. The fastest and cheapest answers.
    Off,
    /// This effort. [`ReasoningEffort::None`] is [`Off`](Self::Off).
    Effort(ReasoningEffort),
    /// The model's default, with the reasoning removed from the reply. It is charged.
    Hidden,
}

impl From<ReasoningEffort> for ReasoningControl {
    fn from(effort: ReasoningEffort) -> Self {
        Self::Effort(effort)
    }
}

impl ChatCompletionRequest {
    /// Sets how much the model reasons, in the fields that the model supports; see [`ReasoningControl`]. An unsupported effort becomes the
    /// nearest supported one, the lower one of two, and never `none`.
    ///
    /// The model must be the one of the request. Replaces earlier settings: `reasoning_effort`, `reasoning.effort`, `reasoning.enabled` and
    /// `venice_parameters.disable_thinking`. Call it after the setter of [`venice_parameters`](Self::venice_parameters), which replaces all
    /// of these.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::chat::ReasoningControl;
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let model = venice.models().find("zai-org-glm-5-1").await?;
    /// let request = ChatCompletionRequest::new(model.id(), ["Hello!"]).reasoning_for(&model, ReasoningControl::Off);
    /// println!("{}", venice.chat().create(request).await?.answer());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn reasoning_for(self, model: impl Into<ReasoningSupport>, control: impl Into<ReasoningControl>) -> Self {
        let form = WireForm::nearest(control.into(), &model.into());
        self.with_reasoning(form)
    }

    /// Like [`reasoning_for`](Self::reasoning_for), with an error if the model does not support exactly this effort. The error lists the
    /// supported ones.
    ///
    /// A model without known capabilities accepts every effort.
    ///
    /// ```
    /// use venice_ai::types::{ChatCompletionRequest, Model, ReasoningEffort};
    /// # let model: Model = serde_json::from_value(serde_json::json!({
    /// #     "id": "m", "model_spec": {"capabilities": {"supportsReasoning": true, "supportsReasoningEffort": true,
    /// #     "reasoningEffortOptions": ["low", "high"]}}
    /// # }))?;
    /// let request = ChatCompletionRequest::new(&*model.id, ["Hello!"]);
    /// let error = request.exact_reasoning_for(&model, ReasoningEffort::Max).unwrap_err();
    /// assert_eq!(error.to_string(), "`reasoning_effort` is \"max\", and `m` takes low, high");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// An effort that is not one of the model's options, and any effort for a model without reasoning or with a fixed effort.
    pub fn exact_reasoning_for(
        self,
        model: impl Into<ReasoningSupport>,
        control: impl Into<ReasoningControl>,
    ) -> Result<Self, ValidationError> {
        let (support, control) = (model.into(), control.into());
        let form = WireForm::nearest(control.clone(), &support);
        match control {
            ReasoningControl::Effort(wanted)
                if wanted != ReasoningEffort::None && form != WireForm::Effort(wanted.clone()) =>
            {
                let problem = format!("is {:?}, and `{}` {}", wanted.as_str(), support.model, what_it_takes(&support));
                Err(ValidationError::new("reasoning_effort", problem))
            }
            _ => Ok(self.with_reasoning(form)),
        }
    }

    #[inline]
    fn with_reasoning(mut self, form: WireForm) -> Self {
        let reasoning = self.reasoning.take().map(|reasoning| Reasoning { effort: None, enabled: None, ..reasoning });
        let mut reasoning = reasoning.unwrap_or_default();
        self.reasoning_effort = None;
        let mut this = self.with_parameters(|parameters| {
            let mut parameters = parameters;
            parameters.disable_thinking = (form == WireForm::Switches).then_some(true);
            if form == WireForm::Stripped {
                parameters.strip_thinking_response = Some(true);
            }
            parameters
        });
        match form {
            WireForm::Nothing | WireForm::Stripped => {}
            WireForm::Switches => reasoning.enabled = Some(false),
            WireForm::Effort(effort) => this.reasoning_effort = Some(effort),
        }
        this.reasoning = (reasoning != Reasoning::new()).then_some(reasoning);
        this
    }
}

/// The fields that are sent.
#[derive(Debug, PartialEq)]
enum WireForm {
    Nothing,
    /// `reasoning_effort`, which takes precedence over `reasoning.effort`.
    Effort(ReasoningEffort),
    /// `reasoning.enabled: false` and `disable_thinking`.
    Switches,
    /// `strip_thinking_response`.
    Stripped,
}

impl WireForm {
    #[inline]
    fn nearest(control: ReasoningControl, support: &ReasoningSupport) -> Self {
        let takes_effort = support.may_take_effort();
        let options = &support.options;
        match control {
            ReasoningControl::Default => Self::Nothing,
            _ if !support.may_reason() => Self::Nothing,
            ReasoningControl::Hidden => Self::Stripped,
            ReasoningControl::Off | ReasoningControl::Effort(ReasoningEffort::None) => {
                let has_none = options.contains(&ReasoningEffort::None);
                if has_none { Self::Effort(ReasoningEffort::None) } else { Self::Switches }
            }
            ReasoningControl::Effort(_) if !takes_effort => Self::Nothing,
            ReasoningControl::Effort(effort) if options.is_empty() => Self::Effort(effort),
            ReasoningControl::Effort(effort) => nearest(&effort, options).map_or(Self::Nothing, Self::Effort),
        }
    }
}

/// In ascending order.
const EFFORTS: [ReasoningEffort; 6] = [
    ReasoningEffort::Minimal,
    ReasoningEffort::Low,
    ReasoningEffort::Medium,
    ReasoningEffort::High,
    ReasoningEffort::Xhigh,
    ReasoningEffort::Max,
];

/// The option nearest to an effort; `None` for a value unknown to this crate.
#[inline]
fn nearest(wanted: &ReasoningEffort, options: &[ReasoningEffort]) -> Option<ReasoningEffort> {
    if options.contains(wanted) {
        return Some(wanted.clone());
    }
    let rank = |effort: &ReasoningEffort| EFFORTS.iter().position(|known| known == effort);
    let wanted = rank(wanted)?;
    let ranked = options.iter().filter_map(|option| Some((rank(option)?, option)));
    let (_, nearest) = ranked.min_by_key(|(rank, _)| (rank.abs_diff(wanted), *rank))?;
    Some(nearest.clone())
}

#[inline]
fn what_it_takes(support: &ReasoningSupport) -> String {
    if !support.may_reason() {
        return "does not reason".to_owned();
    }
    if !support.may_take_effort() {
        return "has a fixed effort".to_owned();
    }
    let options: Vec<&str> = support.options.iter().map(ReasoningEffort::as_str).collect();
    format!("takes {}", options.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::generated::types::{Model, VeniceParameters};

    #[inline]
    fn model(capabilities: &Value) -> Model {
        serde_json::from_value(json!({"id": "m", "model_spec": {"capabilities": capabilities}})).unwrap()
    }

    fn options(options: &[&str]) -> Value {
        json!({"supportsReasoning": true, "supportsReasoningEffort": true, "reasoningEffortOptions": options})
    }

    /// The fields that a control sets.
    #[inline]
    fn sent(request: &ChatCompletionRequest) -> Value {
        let mut body = serde_json::to_value(request).unwrap();
        let fields = body.as_object_mut().unwrap();
        fields.remove("model");
        fields.remove("messages");
        body
    }

    #[test]
    #[inline]
    fn every_control_is_translated_for_every_kind_of_model() {
        let switches = json!({"reasoning": {"enabled": false}, "venice_parameters": {"disable_thinking": true}});
        let stripped = json!({"venice_parameters": {"strip_thinking_response": true}});
        let effort = |effort: &str| json!({"reasoning_effort": effort});
        let nothing = json!({});
        let silent = json!({"supportsReasoning": false});
        let unlisted = json!({"supportsReasoning": true, "supportsReasoningEffort": true});
        let fixed = json!({"supportsReasoning": true, "supportsReasoningEffort": false});
        // capabilities, then what Off, Minimal, Medium, Max and Hidden become.
        let table: [(Value, [Value; 5]); 10] = [
            (silent, [nothing.clone(), nothing.clone(), nothing.clone(), nothing.clone(), nothing.clone()]),
            (unlisted, [switches.clone(), effort("minimal"), effort("medium"), effort("max"), stripped.clone()]),
            (fixed, [switches.clone(), nothing.clone(), nothing.clone(), nothing.clone(), stripped.clone()]),
            (Value::Null, [switches.clone(), effort("minimal"), effort("medium"), effort("max"), stripped.clone()]),
            (
                options(&["none", "low", "medium", "high"]),
                [effort("none"), effort("low"), effort("medium"), effort("high"), stripped.clone()],
            ),
            (
                options(&["low", "high"]),
                [switches.clone(), effort("low"), effort("low"), effort("high"), stripped.clone()],
            ),
            (
                options(&["minimal", "xhigh"]),
                [switches.clone(), effort("minimal"), effort("minimal"), effort("xhigh"), stripped.clone()],
            ),
            (options(&["none"]), [effort("none"), nothing.clone(), nothing.clone(), nothing.clone(), stripped.clone()]),
            (
                options(&["none", "ultra", "max"]),
                [effort("none"), effort("max"), effort("max"), effort("max"), stripped.clone()],
            ),
            (
                // The list takes precedence over a missing flag.
                json!({"reasoningEffortOptions": ["high"]}),
                [switches.clone(), effort("high"), effort("high"), effort("high"), stripped.clone()],
            ),
        ];
        let controls = [
            ReasoningControl::Off,
            ReasoningEffort::Minimal.into(),
            ReasoningEffort::Medium.into(),
            ReasoningEffort::Max.into(),
            ReasoningControl::Hidden,
        ];
        for (capabilities, expected) in table {
            let model = model(&capabilities);
            let request = || ChatCompletionRequest::new("m", ["Hello."]);
            for (control, expected) in controls.iter().zip(expected) {
                let sent = sent(&request().reasoning_for(&model, control.clone()));
                assert_eq!(sent, expected, "{control:?} for {capabilities}");
            }
            let off = request().reasoning_for(&model, ReasoningControl::Off);
            assert_eq!(request().reasoning_for(&model, ReasoningEffort::None), off, "{capabilities}");
            assert_eq!(sent(&request().reasoning_for(&model, ReasoningControl::Default)), json!({}), "{capabilities}");
        }
    }

    #[test]
    #[inline]
    fn earlier_settings_are_replaced_and_other_fields_stay() {
        let request = ChatCompletionRequest::new("m", ["Hello."])
            .reasoning_effort(ReasoningEffort::High)
            .reasoning(Reasoning::new().effort(ReasoningEffort::Low).enabled(true).summary("auto"))
            .venice_parameters(VeniceParameters::new().disable_thinking(true).character_slug("ada"));
        let low = request.reasoning_for(&model(&options(&["low"])), ReasoningEffort::Max);
        let rest = json!({"reasoning": {"summary": "auto"}, "venice_parameters": {"character_slug": "ada"}});
        let mut expected = rest.clone();
        expected["reasoning_effort"] = "low".into();
        assert_eq!(sent(&low), expected);
        assert_eq!(sent(&low.reasoning_for(&model(&options(&["low"])), ReasoningControl::Default)), rest);
    }

    #[test]
    #[inline]
    fn an_exact_effort_is_set_or_rejected_with_the_supported_ones() {
        let exact = |capabilities: &Value, effort: &str| {
            let request = ChatCompletionRequest::new("m", ["Hello."]);
            request
                .exact_reasoning_for(&model(capabilities), ReasoningEffort::from(effort))
                .map(|request| sent(&request))
        };
        let problem = |capabilities: &Value, effort: &str| exact(capabilities, effort).unwrap_err().to_string();
        let listed = options(&["low", "ultra"]);
        assert_eq!(exact(&listed, "low").unwrap(), json!({"reasoning_effort": "low"}));
        assert_eq!(exact(&listed, "ultra").unwrap(), json!({"reasoning_effort": "ultra"}));
        assert_eq!(exact(&Value::Null, "ultra").unwrap(), json!({"reasoning_effort": "ultra"}));
        assert_eq!(problem(&listed, "medium"), "`reasoning_effort` is \"medium\", and `m` takes low, ultra");
        assert_eq!(problem(&listed, "giant"), "`reasoning_effort` is \"giant\", and `m` takes low, ultra");
        assert_eq!(exact(&json!({}), "low").unwrap(), json!({"reasoning_effort": "low"}), "the model tells nothing");
        let denied = json!({"supportsReasoning": false, "supportsReasoningEffort": false});
        assert!(problem(&denied, "low").ends_with("`m` does not reason"));
        let without_effort = json!({"supportsReasoning": true, "supportsReasoningEffort": false});
        assert!(problem(&without_effort, "low").contains("has a fixed effort"));
        // Off is not an effort that could be unsupported.
        assert!(exact(&denied, "none").is_ok());
    }
}
