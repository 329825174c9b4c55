//! `s3://bucket/prefix`: addresses that are good for one request, signed with the credentials in the usual variables.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};
use url::Url;

use crate::hint::WithHint as _;

/// How long an address is good for: a clock may be wrong by a few minutes.
const GOOD_FOR: Duration = Duration::from_secs(60 * 60);

/// A bucket, and where in it.
pub struct Store {
    bucket: Bucket,
    credentials: Credentials,
    /// Empty, or ends with a slash.
    prefix: String,
}

impl Store {
    /// From `bucket/prefix`, and the variables that every client of S3 reads: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_SESSION_TOKEN`, `AWS_REGION`, and `AWS_ENDPOINT_URL` for a store that isn't Amazon's.
    ///
    /// # Errors
    /// When one is missing or malformed.
    pub fn parse(place: &str) -> Result<Self> {
        Self::new(place, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// With variables from elsewhere.
    pub(super) fn new(place: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let region = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")).unwrap_or("us-east-1".into());
        let (endpoint, style) = match variable("AWS_ENDPOINT_URL") {
            Some(own) => (own, UrlStyle::Path),
            None => (format!("https://s3.dualstack.{region}.amazonaws.com"), UrlStyle::VirtualHost),
        };
        let endpoint: Url = endpoint.parse().with_context(|| format!("{endpoint} is no address"))?;
        let bucket = Bucket::new(endpoint, style, bucket.to_owned(), region)
            .map_err(|error| anyhow!("s3://{place} names no bucket: {error}"))
            .hint("write s3://BUCKET or s3://BUCKET/PREFIX")?;
        let (Some(key), Some(secret)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) else {
            return Err(anyhow!("there are no credentials for s3://{place}")).hint(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_ENDPOINT_URL for a store that isn't Amazon's",
            );
        };
        let credentials = match variable("AWS_SESSION_TOKEN") {
            Some(token) => Credentials::new_with_token(key, secret, token),
            None => Credentials::new(key, secret),
        };
        Ok(Self { bucket, credentials, prefix })
    }

    /// Where to read an object. Whoever has the address can, for an hour: it is shown to nobody.
    pub fn get(&self, name: &str) -> String {
        let name = format!("{}{name}", self.prefix);
        self.bucket.get_object(Some(&self.credentials), &name).sign(GOOD_FOR).into()
    }

    /// Where to ask for its size.
    pub fn head(&self, name: &str) -> String {
        let name = format!("{}{name}", self.prefix);
        self.bucket.head_object(Some(&self.credentials), &name).sign(GOOD_FOR).into()
    }

    /// Where to put it.
    pub fn put(&self, name: &str) -> String {
        let name = format!("{}{name}", self.prefix);
        self.bucket.put_object(Some(&self.credentials), &name).sign(GOOD_FOR).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_by_the_usual_variables() {
        let all =
            [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "quiet"), ("AWS_ENDPOINT_URL", "http://[::1]:9")];
        let find = |name: &str| Some(all.iter().find(|(known, _)| *known == name)?.1.to_owned());
        let url = Store::new("bucket/a/b/", &find).unwrap().put("ac/1");
        assert!(url.starts_with("http://[::1]:9/bucket/a/b/ac/1?") && url.contains("X-Amz-Signature="), "{url}");
        assert!(!url.contains("quiet"));
        let amazon = |name: &str| find(name).filter(|_| name != "AWS_ENDPOINT_URL");
        let url = Store::new("bucket", &amazon).unwrap().get("cas/1");
        assert!(url.starts_with("https://bucket.s3.dualstack.us-east-1.amazonaws.com/cas/1?"), "{url}");
        let text = crate::hint::render(&Store::new("bucket", &|_| None).err().unwrap());
        assert!(text.contains("no credentials for s3://bucket") && text.contains("hint: set AWS_"), "{text}");
    }
}
