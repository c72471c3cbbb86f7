//! What the API refuses and its description does not say.

use crate::api::generated::types::{GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams};
use crate::runtime::validation::ValidationError;

type Checked = Result<(), ValidationError>;

/// A range is given in one of two ways, and does not end before it begins.
pub(super) fn analytics(params: &GetBillingUsageAnalyticsParams) -> Checked {
    if params.lookback.is_some() && (params.start_date.is_some() || params.end_date.is_some()) {
        let problem = "is one way to give the range, `startDate` and `endDate` are the other; send one of them";
        return Err(ValidationError::new("lookback", problem));
    }
    in_order(("startDate", params.start_date.as_deref()), ("endDate", params.end_date.as_deref()))
}

/// A cursor goes alone, as it stands for the filters too.
pub(super) fn history(params: &GetBillingUsageHistoryParams) -> Checked {
    let filters = [
        ("currency", params.currency.is_some()),
        ("startTimestamp", params.start_timestamp.is_some()),
        ("endTimestamp", params.end_timestamp.is_some()),
        ("pageSize", params.page_size.is_some()),
    ];
    if let (Some(_), Some((filter, _))) = (&params.cursor, filters.iter().find(|filter| filter.1)) {
        let problem = format!("goes alone: it stands for the filters of its list, and `{filter}` is set too");
        return Err(ValidationError::new("cursor", problem));
    }
    match (&params.start_timestamp, &params.end_timestamp) {
        (Some(start), Some(end)) if end.moment().is_some_and(|end| start.moment().is_some_and(|start| end < start)) => {
            Err(ValidationError::new("endTimestamp", format!("is {end:?}, which is before `startTimestamp`")))
        }
        _ => Ok(()),
    }
}

/// Days compare as texts.
fn in_order(start: (&str, Option<&str>), end: (&str, Option<&str>)) -> Checked {
    match (start.1, end.1) {
        (Some(first), Some(last)) if last < first => {
            Err(ValidationError::new(end.0, format!("is {last:?}, which is before `{}`", start.0)))
        }
        _ => Ok(()),
    }
}
