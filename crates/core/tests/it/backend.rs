//! The cryptography of these tests: pure Rust, or AWS-LC in the run that has only that.

#[cfg(feature = "rust_crypto")]
pub(crate) use claimgate::{
    exchange::exchange,
    inspect::{decide, inspect},
    jwt::RustCrypto as Backend,
};

#[cfg(not(feature = "rust_crypto"))]
pub(crate) use self::aws_lc::{Backend, decide, exchange, inspect};

#[cfg(not(feature = "rust_crypto"))]
mod aws_lc {
    use claimgate::exchange::{
        ExchangeOptions, ExchangeRequest, GrantedToken, Refusal, exchange_with,
    };
    use claimgate::inspect::{Inspection, Options, TokenDecision, begin, inspect_with};
    use claimgate::issuer::Issuers;
    pub(crate) use claimgate::jwt::AwsLc as Backend;
    use claimgate::policy::RequestedToken;

    pub(crate) fn inspect(
        token: &str,
        issuers: &Issuers,
        request: &RequestedToken,
        options: &Options,
    ) -> Inspection {
        inspect_with(token, issuers, request, options, &Backend)
    }

    pub(crate) fn decide(
        token: &str,
        issuers: &Issuers,
        request: &RequestedToken,
        options: &Options,
    ) -> TokenDecision {
        begin(token, issuers, options)
            .verify_with(&Backend)
            .decide(request)
    }

    pub(crate) fn exchange(
        request: &ExchangeRequest,
        issuers: Option<&Issuers>,
        options: &ExchangeOptions,
    ) -> Result<GrantedToken, Refusal> {
        exchange_with(request, issuers, options, &Backend)
    }
}
