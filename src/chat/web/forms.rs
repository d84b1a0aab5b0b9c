//! What a form sends, once its token has been checked; and what the address asks for.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;

use super::app::{App, Cx};
use super::failure::Failure;
use super::security::same;

/// The name of the hidden input that carries a form's token.
pub(super) const TOKEN: &str = "csrf";

/// The fields of a form that was made for this visitor.
#[derive(Debug, Clone, Default)]
pub(super) struct Posted(HashMap<String, String>);

impl Posted {
    /// The field as typed; empty where it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The field without the space around it, if anything is left.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim().to_owned()).filter(|text| !text.is_empty())
    }

    pub(super) fn parse<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).trim().parse().ok()
    }
}

impl FromRequest<Arc<App>> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let Ok(cx) = Cx::from_request_parts(&mut parts, app).await;
        let request = Request::from_parts(parts, body);
        let Form(fields) = Form::<HashMap<String, String>>::from_request(request, app).await.map_err(|rejection| {
            tracing::debug!(%rejection, "a form can't be read");
            Failure::Unreadable
        })?;
        let posted = Self(fields);
        if cx.visitor.is_new || !same(posted.get(TOKEN), &cx.csrf()) {
            return Err(Failure::Forged);
        }
        Ok(posted)
    }
}

/// What stands behind the `?` of an address; what can't be read there is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(HashMap<String, String>);

impl Asked {
    /// The value without the space around it, if anything is left.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// A page number, counted from 1 in the address and from 0 here.
    pub(super) fn page(&self) -> u32 {
        self.filled("page").and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).saturating_sub(1)
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let read = Query::<HashMap<String, String>>::try_from_uri(&parts.uri);
        Ok(Self(read.map(|Query(values)| values).unwrap_or_default()))
    }
}
