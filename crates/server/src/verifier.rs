//! Setup of the token verifier from the settings.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use auth::{
    identity::Verifier,
    keys::{
        Keys,
        provider::{Pace, Provider},
    },
};
use base::authority::client_config;

use crate::Process;

impl Process {
    /// Token verifier, with keys that are kept fresh from now on; none where no keys are set.
    ///
    /// # Errors
    /// The keys or the address of the identity provider cannot be used.
    pub fn verifier(&self) -> anyhow::Result<Option<Verifier>> {
        let settings = &self.settings;
        let Some(path) = &settings.identity_keys else {
            tracing::warn!("no identity keys are set: every token is refused");
            return Ok(None);
        };
        let keys = self.keys(path)?;
        if settings.identity_keys_url.is_none() {
            keys.clone().keep_fresh(Arc::from(path.as_path()), &self.tasks);
        }
        let (issuer, audience) = settings.issuer_and_audience();
        Ok(Some(Verifier::new(keys, issuer, audience)))
    }

    fn keys(&self, path: &Path) -> anyhow::Result<Keys> {
        let Some(url) = &self.settings.identity_keys_url else { return Ok(Keys::from_file(path)?) };
        let authority = match &self.settings.identity_keys_ca {
            Some(path) => Some(std::fs::read(path).context("cannot read the authority of the identity provider")?),
            None => self.settings.authority()?,
        };
        let tls = authority.as_deref().map(client_config).transpose()?;
        let lasts = time::Duration::hours(self.settings.identity_keys_last.into());
        let provider = Provider::new(url, tls, path, lasts, Pace::default())?;
        let (keys, answered_at) = provider.kept(self.clock.now());
        provider.keep(keys.clone(), answered_at, self.clock.clone(), &self.tasks);
        Ok(keys)
    }
}
