//! Tokens asked for once: by one task at a time, again 5 minutes before they expire, and at once when a service refused one.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientMethodOptions, Context};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::arm::fault::{Fault, FaultKind, fault};
use crate::http::options::Clock;

/// A credential that remembers. The CLI's own does not: each of its tokens is a run of `az`, half a second and more.
pub(super) struct Cached {
    make: Maker,
    /// What to do when no token comes.
    help: String,
    clock: Clock,
    state: Mutex<State>,
}

type Maker = Box<dyn Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync>;

struct State {
    credential: Arc<dyn TokenCredential>,
    tokens: BTreeMap<Vec<String>, AccessToken>,
}

/// Tokens are renewed this long before they expire, so that none expires on its way.
const EARLY: Duration = Duration::from_secs(5 * 60);

impl Cached {
    /// Wraps what `make` makes. It is made anew when a token was refused, because the libraries' own caches cannot be emptied.
    pub(super) fn create(
        help: String,
        clock: Clock,
        make: impl Fn() -> azure_core::Result<Arc<dyn TokenCredential>> + Send + Sync + 'static,
    ) -> Result<Arc<dyn TokenCredential>, Fault> {
        let credential = make().map_err(|error| {
            let mut unusable = fault(FaultKind::SignIn, super::SIGN_IN, error.to_string());
            unusable.help = Some(help.clone());
            unusable
        })?;
        let state = Mutex::new(State {
            credential,
            tokens: BTreeMap::new(),
        });
        Ok(Arc::new(Cached {
            make: Box::new(make),
            help,
            clock,
            state,
        }))
    }
}

#[async_trait]
impl TokenCredential for Cached {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        // Held while the token is asked for: everybody else waits for this one instead of asking too.
        let mut state = self.state.lock().await;
        let key: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let refused = options
            .as_ref()
            .and_then(|options| options.method_options.context.value::<Refused>());
        if let Some(token) = state.tokens.get(&key) {
            let is_refused = refused.is_some_and(|refused| refused.0 == token.token);
            if !is_refused && is_fresh(token, (self.clock)()) {
                return Ok(token.clone());
            }
            if is_refused {
                state.credential = (self.make)()?;
            }
            state.tokens.remove(&key);
        }
        let asked = state.credential.get_token(scopes, None).await;
        let token = asked.map_err(|error| {
            let message = error.to_string();
            azure_core::Error::with_error(
                error.kind().clone(),
                Advised {
                    help: self.help.clone(),
                    error,
                },
                message,
            )
        })?;
        state.tokens.insert(key, token.clone());
        Ok(token)
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").finish_non_exhaustive()
    }
}

/// Options that say which token a service refused, so that it is not handed out again.
pub(crate) fn refused(token: &Secret) -> TokenRequestOptions<'static> {
    let context = Context::new().with_value(Refused(token.clone()));
    TokenRequestOptions {
        method_options: ClientMethodOptions { context },
    }
}

/// What to do about an error of [`Cached`].
pub(super) fn help(error: &azure_core::Error) -> Option<String> {
    let advised = std::error::Error::source(error)?.downcast_ref::<Advised>()?;
    Some(advised.help.clone())
}

#[derive(Debug)]
struct Refused(Secret);

/// An error with the way out.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
struct Advised {
    help: String,
    error: azure_core::Error,
}

fn is_fresh(token: &AccessToken, now: Timestamp) -> bool {
    let renew_at = token
        .expires_on
        .unix_timestamp()
        .saturating_sub(EARLY.as_secs().cast_signed());
    now.as_second() < renew_at
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use azure_core::time::OffsetDateTime;

    use super::*;

    /// Hands out `token-1`, `token-2`, …, each good for an hour from second 0.
    #[derive(Debug)]
    struct Counting(Arc<AtomicU32>);

    #[async_trait]
    impl TokenCredential for Counting {
        async fn get_token(
            &self,
            _: &[&str],
            _: Option<TokenRequestOptions<'_>>,
        ) -> azure_core::Result<AccessToken> {
            tokio::task::yield_now().await;
            let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(AccessToken::new(
                format!("token-{number}"),
                OffsetDateTime::from_unix_timestamp(3600).unwrap(),
            ))
        }
    }

    struct Fixture {
        cached: Arc<dyn TokenCredential>,
        asked: Arc<AtomicU32>,
        made: Arc<AtomicU32>,
        now: Arc<AtomicI64>,
    }

    fn fixture() -> Fixture {
        let (asked, made, now) = (
            Arc::new(AtomicU32::new(0)),
            Arc::new(AtomicU32::new(0)),
            Arc::new(AtomicI64::new(0)),
        );
        let clock = {
            let now = now.clone();
            Arc::new(move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap())
        };
        let cached = {
            let (asked, made) = (asked.clone(), made.clone());
            Cached::create("do this".to_owned(), clock, move || {
                made.fetch_add(1, Ordering::SeqCst);
                Ok(Arc::new(Counting(asked.clone())) as Arc<dyn TokenCredential>)
            })
        };
        Fixture {
            cached: cached.unwrap(),
            asked,
            made,
            now,
        }
    }

    async fn token(
        fixture: &Fixture,
        scope: &str,
        options: Option<TokenRequestOptions<'_>>,
    ) -> String {
        fixture
            .cached
            .get_token(&[scope], options)
            .await
            .unwrap()
            .token
            .secret()
            .to_owned()
    }

    #[tokio::test]
    async fn many_tasks_ask_once() {
        let fixture = fixture();
        let asking = (0..20).map(|_| token(&fixture, "arm", None));
        for got in futures_util::future::join_all(asking).await {
            assert_eq!(got, "token-1");
        }
        assert_eq!(fixture.asked.load(Ordering::SeqCst), 1);
        assert_eq!(token(&fixture, "directory", None).await, "token-2");
    }

    #[tokio::test]
    async fn a_token_is_renewed_five_minutes_early() {
        let fixture = fixture();
        assert_eq!(token(&fixture, "arm", None).await, "token-1");
        fixture.now.store(3299, Ordering::SeqCst);
        assert_eq!(token(&fixture, "arm", None).await, "token-1");
        fixture.now.store(3300, Ordering::SeqCst);
        assert_eq!(token(&fixture, "arm", None).await, "token-2");
        assert_eq!(fixture.made.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_refused_token_is_not_handed_out_again() {
        let fixture = fixture();
        let stale = Secret::new(token(&fixture, "arm", None).await);
        assert_eq!(
            token(&fixture, "arm", Some(refused(&stale))).await,
            "token-2"
        );
        assert_eq!(fixture.made.load(Ordering::SeqCst), 2);
        // Somebody else who was refused the same one gets what is there by now.
        assert_eq!(
            token(&fixture, "arm", Some(refused(&stale))).await,
            "token-2"
        );
    }
}
