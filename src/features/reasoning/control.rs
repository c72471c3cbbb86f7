//! One control for what models take in different forms.

use super::ReasoningSupport;
use crate::api::generated::types::{ChatCompletionRequest, Reasoning, ReasoningEffort};
use crate::runtime::validation::ValidationError;

/// How much a model shall reason before it answers.
///
/// Models take this in different forms, and the API refuses an effort that a model does not know (400).
/// [`reasoning_for`](ChatCompletionRequest::reasoning_for) writes what the model at hand understands:
///
/// | | `Off` | `Effort(…)` | `Hidden` |
/// |---|---|---|---|
/// | a model that does not reason | nothing | nothing | nothing |
/// | its [`reasoning_effort_options`] list `none` | `reasoning_effort: "none"` | the nearest of its options | `strip_thinking_response` |
/// | its options do not list `none` | both switches of Venice | the nearest of its options | `strip_thinking_response` |
/// | it lists no options, and takes an effort | both switches of Venice | that effort | `strip_thinking_response` |
/// | it reasons, and takes no effort | both switches of Venice | nothing | `strip_thinking_response` |
/// | a model of which nothing is known | both switches of Venice | that effort | `strip_thinking_response` |
///
/// Venice's switches are `reasoning.enabled: false`, which the vendor's guide recommends, and `venice_parameters.disable_thinking`,
/// which also takes `<think>` out of the answer. No capability tells that a model reasons always, as Claude, Gemini 3 and DeepSeek R1
/// are said to: such a model reasons all the same, is paid for it, and the answer comes without its thoughts where it writes them into
/// the text.
///
/// [`reasoning_effort_options`]: crate::types::ModelCapabilities#structfield.reasoning_effort_options
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningControl {
    /// As the model does by itself.
    #[default]
    Default,
    /// Not at all. The fastest and cheapest answers.
    Off,
    /// So much. [`ReasoningEffort::None`] is [`Off`](Self::Off).
    Effort(ReasoningEffort),
    /// As the model does by itself, with its thoughts taken out of the reply. They are paid for.
    Hidden,
}

impl From<ReasoningEffort> for ReasoningControl {
    fn from(effort: ReasoningEffort) -> Self {
        Self::Effort(effort)
    }
}

impl ChatCompletionRequest {
    /// Has the model reason as much as this, in the form that the model takes; see [`ReasoningControl`] for what that is. An effort that
    /// it does not take becomes the nearest one that it takes, the lower one of two, and never `none`.
    ///
    /// The model has to be the one of the request. What was set before is replaced: `reasoning_effort`, `reasoning.effort`,
    /// `reasoning.enabled` and `venice_parameters.disable_thinking`. Call it after the setter of
    /// [`venice_parameters`](Self::venice_parameters), which replaces all of these.
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

    /// As [`reasoning_for`](Self::reasoning_for), and an error where the model does not take just this effort. The error names what it
    /// takes.
    ///
    /// A model of which nothing is known may take anything, and is given it.
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
    /// An effort that is none of the model's options, and any effort for a model that does not reason or whose effort cannot be chosen.
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

/// What stands in the request.
#[derive(Debug, PartialEq)]
enum WireForm {
    Nothing,
    /// `reasoning_effort`, which wins over `reasoning.effort`.
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

/// From the least to the most.
const EFFORTS: [ReasoningEffort; 6] = [
    ReasoningEffort::Minimal,
    ReasoningEffort::Low,
    ReasoningEffort::Medium,
    ReasoningEffort::High,
    ReasoningEffort::Xhigh,
    ReasoningEffort::Max,
];

/// The option that is nearest to an effort. Of a value that this crate does not know nobody can tell what is near it.
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
        return "takes no effort: it reasons as it will".to_owned();
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

    /// The members that a control leads to.
    #[inline]
    fn sent(request: &ChatCompletionRequest) -> Value {
        let mut body = serde_json::to_value(request).unwrap();
        let members = body.as_object_mut().unwrap();
        members.remove("model");
        members.remove("messages");
        body
    }

    #[test]
    #[inline]
    fn every_control_has_a_form_for_every_kind_of_model() {
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
                // The list says more than a flag that is missing.
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
    fn what_was_set_before_is_replaced_and_the_rest_stays() {
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
    fn an_effort_that_must_be_met_is_met_or_refused_with_what_there_is() {
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
        assert!(problem(&without_effort, "low").contains("takes no effort"));
        // Off is no effort that could be missed.
        assert!(exact(&denied, "none").is_ok());
    }
}
