//! Modals and the App Home as a person sees them.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Hub;
use super::ids::Id;
use super::inputs::{Input, inputs};
use super::limits::{list, text};
use super::looks::{Button, blocks_text, buttons, find_button};
use super::state::{self, State};

/// A modal or an App Home as it was when it was looked at.
#[derive(Clone)]
pub struct View {
    hub: Arc<Hub>,
    data: state::View,
}

impl Deref for View {
    type Target = state::View;

    fn deref(&self) -> &state::View {
        &self.data
    }
}

impl View {
    /// # Panics
    /// Where there is no such view.
    #[must_use]
    pub fn look(hub: &Arc<Hub>, id: &Id) -> Self {
        let data = hub.look(|state| state.views[id].clone());
        Self { hub: hub.clone(), data }
    }

    /// The view as it is now.
    #[must_use]
    pub fn now(&self) -> Self {
        Self::look(&self.hub, &self.id)
    }

    /// Waits until the view has been changed so that this holds.
    pub async fn becomes(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> Self {
        let look = |state: &State| {
            let now = state.views.get(&self.id).map(|data| Self { hub: self.hub.clone(), data: data.clone() })?;
            is_so(&now).then_some(now)
        };
        self.hub.wait(what, look).await
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.json.get("title").and_then(|title| text(title, "text")).unwrap_or_default().to_owned()
    }

    #[must_use]
    pub fn text(&self) -> String {
        blocks_text(list(&self.json, "blocks").iter())
    }

    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        list(&self.json, "blocks").iter().flat_map(buttons).collect()
    }

    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button> {
        find_button(&self.buttons(), name)
    }

    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        inputs(&self.json)
    }

    /// An input by its label, its block or the beginning of its label.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    #[track_caller]
    pub fn input(&self, name: &str) -> Input {
        let inputs = self.inputs();
        let exact = |input: &&Input| input.label == name || input.block_id == name;
        let found = inputs.iter().find(exact).or_else(|| inputs.iter().find(|input| input.label.starts_with(name)));
        found.cloned().unwrap_or_else(|| {
            let labels: Vec<&str> = inputs.iter().map(|input| input.label.as_str()).collect();
            panic!("no input `{name}` in the modal {:?}, but {labels:?}", self.title())
        })
    }

    /// What the client sends once somebody has typed these, by the labels of the inputs.
    ///
    /// # Panics
    /// Where the client would not let them.
    #[must_use]
    #[track_caller]
    pub fn filled(&self, values: &[(&str, &str)]) -> Map<String, Value> {
        let named: Vec<(Input, &str)> = values.iter().map(|(name, value)| (self.input(name), *value)).collect();
        let mut filled = Map::new();
        for input in self.inputs() {
            let given = named.iter().find(|(named, _)| named.block_id == input.block_id).map(|(_, value)| *value);
            let value = match given {
                Some(typed) => input.typed(typed),
                None => input.untouched(),
            };
            let is_empty = ["value", "selected_option", "selected_conversation", "selected_channel", "selected_time"]
                .iter()
                .all(|key| value.get(key).is_none_or(Value::is_null));
            let many = value.get("selected_options").is_some();
            assert!(input.optional || many || !is_empty, "the client wants something for {:?}", input.label);
            let mut actions = Map::new();
            actions.insert(input.action_id, value);
            filled.insert(input.block_id, Value::Object(actions));
        }
        filled
    }
}

impl View {
    /// What a forged client sends: what is named, whether or not it is offered; the rest as it stands.
    #[must_use]
    #[track_caller]
    pub fn forged(&self, values: &[(String, String)]) -> Map<String, Value> {
        let mut filled = Map::new();
        for input in self.inputs() {
            let given = values.iter().find(|(name, _)| input.block_id == *name || input.label == *name);
            let value = given.map_or_else(|| input.untouched(), |(_, typed)| input.forged(typed));
            let mut actions = Map::new();
            actions.insert(input.action_id, value);
            filled.insert(input.block_id, Value::Object(actions));
        }
        filled
    }
}
