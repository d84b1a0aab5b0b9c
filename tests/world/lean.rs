//! Events that lack something: what other versions and proxies of a platform leave out.

use serde_json::Value;

/// Takes the field at a place such as `/member/nick` away.
pub fn remove(data: &mut Value, place: &str) {
    let Some((parent, key)) = place.rsplit_once('/') else { return };
    if let Some(object) = data.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.remove(key);
    }
}
