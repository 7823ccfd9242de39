//! The claims of a case.

use claimgate::claim_path::ClaimPath;
use claimgate::claims::{Claims, Value};
use claimgate::expected::nearest;

use super::file::{Case, CaseToken, TestFile};
use super::subject::TestSubject;

/// The claims of a case of `file`, or why there are none, in a clause: it may start from a sample of the
/// file or of the issuer that is tested.
///
/// # Errors
/// The sample or a claim of it is not known.
pub fn case_claims(case: &Case, file: &TestFile, subject: &TestSubject) -> Result<Claims, String> {
    claims(&case.token, file, subject)
}

/// The claims of a token, or why there are none.
pub(super) fn claims(
    token: &CaseToken,
    file: &TestFile,
    subject: &TestSubject,
) -> Result<Claims, String> {
    let (name, with, without) = match token {
        CaseToken::Claims(claims) => return Ok(claims.clone()),
        CaseToken::Sample {
            name,
            with,
            without,
        } => (name, with, without),
    };
    let mut value = sample(name, file, subject)?.into_value();
    for claim in without {
        if !remove(&mut value, &path(claim)?) {
            return Err(format!("the sample `{name}` has no claim `{claim}`"));
        }
    }
    for (claim, new) in with {
        if !put(&mut value, &path(claim)?, new.clone()) {
            return Err(format!(
                "the sample `{name}` has no object for the claim `{claim}`"
            ));
        }
    }
    Claims::from_value(value).map_err(|error| error.to_string())
}

/// The sample of that name: of the file, else of the policies' issuer or its provider.
fn sample(name: &str, file: &TestFile, subject: &TestSubject) -> Result<Claims, String> {
    let samples = || file.samples.iter().chain(&subject.samples);
    if let Some((_, claims)) = samples().find(|(own, _)| own == name) {
        return Ok(claims.clone());
    }
    let names: Vec<&str> = samples().map(|(name, _)| name.as_str()).collect();
    let help = match (nearest(name, &names), names.as_slice()) {
        (Some(nearest), _) => format!("did you mean `{nearest}`?"),
        (None, []) => "there are no samples".to_owned(),
        (None, names) => format!("known are {}", names.join(", ")),
    };
    Err(format!("there is no sample `{name}`: {help}"))
}

fn path(claim: &str) -> Result<Vec<String>, String> {
    let path = ClaimPath::parse(claim).map_err(|error| error.to_string())?;
    Ok(path.segments().to_vec())
}

/// Removes the member at a path, if it is there.
fn remove(value: &mut Value, path: &[String]) -> bool {
    let (Value::Object(members), Some((first, rest))) = (value, path.split_first()) else {
        return false;
    };
    if rest.is_empty() {
        let count = members.len();
        members.retain(|(name, _)| name != first);
        return members.len() < count;
    }
    let member = members.iter_mut().find(|(name, _)| name == first);
    member.is_some_and(|(_, value)| remove(value, rest))
}

/// Replaces or adds the member at a path, unless something on the way is not an object.
fn put(value: &mut Value, path: &[String], new: Value) -> bool {
    let (Value::Object(members), Some((first, rest))) = (value, path.split_first()) else {
        return false;
    };
    let place = members.iter().position(|(name, _)| name == first);
    let place = place.unwrap_or_else(|| {
        members.push((first.clone(), Value::Object(Vec::new())));
        members.len() - 1
    });
    match members.get_mut(place) {
        Some((_, value)) if rest.is_empty() => {
            *value = new;
            true
        }
        Some((_, value)) => put(value, rest, new),
        None => false,
    }
}
