//! An error and its causes in one line, for the log.

use std::error::Error;

/// `message: cause: cause of the cause`, as it may be shown. A cause whose text is part of the error before it is left out.
pub fn error_chain(err: &(dyn Error + 'static)) -> String {
    let mut text = err.to_string();
    let mut next = err.source();
    while let Some(cause) = next {
        let message = cause.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        next = cause.source();
    }
    crate::redact::shown(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_message_without_repetition() {
        let inner = anyhow::anyhow!("the disk is full");
        let err = inner.context("the disk is full").context("could not write x");
        assert_eq!(error_chain(err.as_ref()), "could not write x: the disk is full");
    }
}
