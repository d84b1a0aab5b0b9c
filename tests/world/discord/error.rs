//! Discord's error bodies: a status, a code, a message, and for a bad payload where each fault is.

use serde_json::{Map, Value, json};

/// A request refused the way Discord refuses it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub status: u16,
    pub code: u32,
    pub message: String,
    pub errors: Option<Value>,
}

impl ApiError {
    #[must_use]
    pub fn new(status: u16, code: u32, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), errors: None }
    }

    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({"message": self.message, "code": self.code});
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }

    /// The fault lies in what the program sent, not in the world it met.
    #[must_use]
    pub fn blames_the_sender(&self) -> bool {
        matches!(self.code, BAD_FORM | EMPTY_MESSAGE | ALREADY_ACKNOWLEDGED)
    }
}

pub const BAD_FORM: u32 = 50035;
pub const EMPTY_MESSAGE: u32 = 50006;
pub const ALREADY_ACKNOWLEDGED: u32 = 40060;

macro_rules! errors {
    ($($name:ident = $status:literal, $code:expr, $message:literal;)+) => {
        $(
            #[must_use]
            pub fn $name() -> ApiError {
                ApiError::new($status, $code, $message)
            }
        )+
    };
}

errors! {
    unauthorised = 401, 0, "401: Unauthorized";
    no_such_route = 404, 0, "404: Not Found";
    unknown_channel = 404, 10003, "Unknown Channel";
    unknown_guild = 404, 10004, "Unknown Guild";
    unknown_member = 404, 10007, "Unknown Member";
    unknown_message = 404, 10008, "Unknown Message";
    unknown_user = 404, 10013, "Unknown User";
    unknown_webhook = 404, 10015, "Unknown Webhook";
    unknown_interaction = 404, 10062, "Unknown interaction";
    unknown_application = 404, 10002, "Unknown Application";
    unknown_command = 404, 10063, "Unknown application command";
    already_acknowledged = 400, ALREADY_ACKNOWLEDGED, "Interaction has already been acknowledged.";
    missing_access = 403, 50001, "Missing Access";
    edit_of_others = 403, 50005, "Cannot edit a message authored by another user";
    empty_message = 400, EMPTY_MESSAGE, "Cannot send an empty message";
    closed_conversation = 403, 50007, "Cannot send messages to this user";
    not_a_text_channel = 400, 50008, "Cannot send messages in a non-text channel";
    missing_permissions = 403, 50013, "Missing Permissions";
    bad_webhook_token = 401, 50027, "Invalid Webhook Token";
    no_history_to_answer = 400, 160_002, "Cannot reply without permission to read message history";
    thread_exists = 400, 160_004, "A thread has already been created for this message";
    bad_json = 400, 50109, "The request body contains invalid JSON.";
}

/// The faults found in one payload, each at its place.
#[derive(Debug, Default)]
pub struct FormErrors {
    tree: Map<String, Value>,
}

impl FormErrors {
    /// `place` is a path such as `embeds.0.title`; empty for the payload as a whole.
    pub fn add(&mut self, place: &str, code: &str, message: impl Into<String>) {
        let mut node = &mut self.tree;
        for step in place.split('.').filter(|step| !step.is_empty()) {
            let entry = node.entry(step).or_insert_with(|| json!({}));
            node = entry.as_object_mut().expect("only objects are put in");
        }
        let list = node.entry("_errors").or_insert_with(|| json!([]));
        list.as_array_mut().expect("only lists are put in").push(json!({"code": code, "message": message.into()}));
    }

    pub fn required(&mut self, place: &str) {
        self.add(place, "BASE_TYPE_REQUIRED", "This field is required");
    }

    pub fn choices(&mut self, place: &str, values: &str) {
        self.add(place, "BASE_TYPE_CHOICES", format!("Value must be one of {{{values}}}."));
    }

    /// Checks a length and says what Discord says of it.
    pub fn length(&mut self, place: &str, length: usize, min: usize, max: usize) {
        if length > max {
            self.add(place, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
        } else if length == 0 && min > 0 {
            self.required(place);
        } else if length < min {
            self.add(place, "BASE_TYPE_BAD_LENGTH", format!("Must be between {min} and {max} in length."));
        }
    }

    /// # Errors
    /// `Invalid Form Body` where anything was added.
    pub fn result(self) -> Result<(), ApiError> {
        if self.tree.is_empty() {
            return Ok(());
        }
        let mut error = ApiError::new(400, BAD_FORM, "Invalid Form Body");
        error.errors = Some(Value::Object(self.tree));
        Err(error)
    }
}

/// A payload with one fault.
#[must_use]
pub fn bad_form(place: &str, code: &str, message: &str) -> ApiError {
    let mut errors = FormErrors::default();
    errors.add(place, code, message);
    errors.result().expect_err("one was added")
}
