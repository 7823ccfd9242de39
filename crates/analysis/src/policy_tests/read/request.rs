//! Reads requests.

use claimgate::policy::{RequestedToken, TokenType, is_target_name};

use super::members::{Object, ObjectReader, text};
use crate::policy_tests::property::RequestFilter;

/// The members of a request.
const KEYS: [&str; 5] = ["tokenType", "team", "user", "runner", "admin"];

/// Members that name the target of a request, and the type of its token.
const TARGETS: [(&str, TokenType); 3] = [
    ("team", TokenType::Team),
    ("user", TokenType::Personal),
    ("runner", TokenType::Runner),
];

/// What a request states.
struct Stated {
    path: String,
    token_type: TokenType,
    target: Option<String>,
    admin: bool,
}

/// The request of a case: an organization token if it states none.
pub(super) fn request(reader: &mut ObjectReader, case: &Object<'_>) -> Option<RequestedToken> {
    if case.get("request").is_none() {
        return Some(RequestedToken::Organization { admin: false });
    }
    let stated = stated(reader, case)?;
    let target = match (stated.token_type, stated.target) {
        (TokenType::Organization, _) => {
            let admin = stated.admin;
            return Some(RequestedToken::Organization { admin });
        }
        (_, Some(target)) => target,
        (token_type, None) => {
            let target = TARGETS.iter().find(|(_, other)| *other == token_type);
            let member = target.map_or("team", |(member, _)| member);
            let expected = format!(
                "`{member}` in a request for a {} token",
                token_type.as_str()
            );
            reader.mismatch(stated.path, &expected, "none");
            return None;
        }
    };
    Some(match stated.token_type {
        TokenType::Team => RequestedToken::Team { name: target },
        TokenType::Personal => RequestedToken::Personal { login: target },
        _ => RequestedToken::Runner { name: target },
    })
}

/// The requests that a property is about.
pub(super) fn filter(reader: &mut ObjectReader, property: &Object<'_>) -> Option<RequestFilter> {
    property.get("request")?;
    let stated = stated(reader, property)?;
    if stated.token_type == TokenType::Team && stated.target.is_some() {
        let expected = "`tokenType` alone, since a property is about all teams";
        reader.mismatch(format!("{}.team", stated.path), expected, "`team`");
        return None;
    }
    Some(RequestFilter {
        token_type: stated.token_type,
        admin: stated.admin,
        target: stated.target,
    })
}

fn stated(reader: &mut ObjectReader, outer: &Object<'_>) -> Option<Stated> {
    let value = outer.get("request")?;
    let object = reader.object(&outer.at("request"), value, "a request, an object")?;
    reader.refuse_others(&object, &KEYS);
    let words = TokenType::ALL.map(TokenType::as_str);
    let stated = reader.word(&object, "tokenType", &words, TokenType::parse);
    let mut targets = Vec::new();
    for (member, token_type) in TARGETS {
        if let Some(name) = text(reader, &object, member) {
            if !is_target_name(&name) {
                let expected =
                    "a name that can be requested, of 1 to 100 letters, digits or `-_.@+`";
                reader.mismatch(object.at(member), expected, &format!("`{name}`"));
            }
            targets.push((member, token_type, name));
        }
    }
    if let [_, (second, ..), ..] = targets.as_slice() {
        let expected = "one of `team`, `user` and `runner`";
        reader.mismatch(object.at(second), expected, "several");
    }
    let own = targets.pop();
    let token_type = stated
        .or(own.as_ref().map(|(_, token_type, _)| *token_type))
        .unwrap_or(TokenType::Organization);
    if let Some((member, other, _)) = &own
        && *other != token_type
    {
        let expected = format!(
            "no `{member}` in a request for a {} token",
            token_type.as_str()
        );
        reader.mismatch(object.at(member), &expected, "one");
    }
    let admin = reader.flag(&object, "admin");
    if admin && token_type != TokenType::Organization {
        let expected = "`admin` only in a request for an organization token";
        reader.mismatch(object.at("admin"), expected, "it");
    }
    Some(Stated {
        path: object.path,
        token_type,
        target: own.map(|(_, _, name)| name),
        admin,
    })
}
