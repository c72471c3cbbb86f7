//! `Outgoing::prepare`: validates and completes a request before the first attempt.

use super::merge;
use crate::runtime::error::Error;
use crate::runtime::transport::{Outgoing, complete, members, of_headers};
use crate::runtime::validation::ValidationError;

impl Outgoing {
    /// Completes the request where it lies, or says what is wrong with it.
    pub(crate) fn prepare(&mut self) -> Result<(), Error> {
        self.completed().map_err(|error| self.scope.explained(error))
    }

    fn completed(&mut self) -> Result<(), Error> {
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        let finding = self.finding.take();
        let finding = if self.validated { finding } else { finding.and_then(ValidationError::fatal_part) };
        if let Some(finding) = finding {
            return Err(Error::validation(finding));
        }
        let Some(request) = &mut self.request else { return Ok(()) };
        let extra = std::mem::take(&mut self.extra_body);
        match &mut self.form {
            Some(form) => extra.into_iter().for_each(|(name, value)| form.set(&name, value)),
            None if extra.is_empty() => {}
            None => merge::into_body(request, extra)?,
        }
        if let Some(member) = self.scope.operation().facts().once_with
            && let Some(body) = request.body().and_then(|body| body.as_bytes())
            && members(body, &[member]).is_some_and(|named| named.get(member) == Some(&true.into()))
        {
            self.scope.operation_mut().set_once();
        }
        let headers = request.headers_mut();
        complete(headers, &self.shared.headers, self.accept.as_ref(), self.mode, &self.scope, self.signer.is_some())?;
        let hidden = of_headers(headers, self.scope.key());
        self.scope.hide(hidden);
        Ok(())
    }
}
