//! The account table: who is let in, who is not, and what the difference shows to the outside.

#![cfg(feature = "gateway")]
#![expect(clippy::unwrap_used, reason = "support code of tests")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use smpp_mc::BindRequest;
use smpp_mc::auth::{
    Account, AccountBuilder, AccountTable, AuthReason, Authenticator, BindModes, HashCost, RefusalStatus,
    TableError, TableOptions, VerifierOptions,
};
use smpp_session::BindMode;
use smpp_session::pdu::CommandStatus;

#[tokio::test]
async fn the_right_password_gives_the_account() {
    let table = table([esme().max_binds(7)], TableOptions::default());

    let account = table.authenticate(&request("esme", b"secret")).await.unwrap();

    assert_eq!(account.system_id(), "esme");
    assert_eq!(account.max_binds(), Some(7));
}

#[tokio::test]
async fn unknown_and_wrong_get_one_answer_and_two_reasons() {
    let table = table([esme()], TableOptions::default());

    let unknown = table.authenticate(&request("nobody", b"secret")).await.unwrap_err();
    let wrong = table.authenticate(&request("esme", b"guess")).await.unwrap_err();

    assert_eq!(unknown.reason(), AuthReason::UnknownSystemId);
    assert_eq!(wrong.reason(), AuthReason::WrongPassword);
    assert_eq!(unknown.command_status(), CommandStatus::ESME_RINVPASWD);
    assert_eq!(wrong.command_status(), CommandStatus::ESME_RINVPASWD);
}

#[tokio::test]
async fn the_answer_can_be_chosen() {
    let failed = CommandStatus::ESME_RBINDFAIL;
    for (refusal, unknown, wrong) in [
        (RefusalStatus::Uniform(failed), failed, failed),
        (RefusalStatus::Distinct, CommandStatus::ESME_RINVSYSID, CommandStatus::ESME_RINVPASWD),
    ] {
        let mut options = TableOptions::default();
        options.refusal = refusal;
        let table = table([esme()], options);
        let status = async |request| table.authenticate(&request).await.unwrap_err().command_status();
        assert_eq!(status(request("nobody", b"secret")).await, unknown);
        assert_eq!(status(request("esme", b"guess")).await, wrong);
    }
}

#[tokio::test]
async fn a_foreign_address_learns_nothing_about_the_password() {
    let table = table([esme().networks(["192.0.2.0/24".parse().unwrap()])], TableOptions::default());

    let right = table.authenticate(&request("esme", b"secret")).await.unwrap_err();
    let wrong = table.authenticate(&request("esme", b"guess")).await.unwrap_err();

    assert_eq!(right.reason(), AuthReason::AddressNotPermitted);
    assert_eq!(right.command_status(), wrong.command_status());
    let inside = BindRequest::new("192.0.2.9:4000".parse().unwrap(), BindMode::Receiver, "esme", b"secret");
    assert!(table.authenticate(&inside).await.is_ok());
}

#[tokio::test]
async fn policy_is_told_only_to_who_knows_the_password() {
    let account = |system_id| Account::builder(system_id).password("secret").hash_cost(cheap());
    let receiver = BindModes::none().with(BindMode::Receiver);
    let table =
        table([account("off").enabled(false), account("rx").bind_modes(receiver)], TableOptions::default());

    for (system_id, reason) in [("off", AuthReason::Disabled), ("rx", AuthReason::BindModeNotPermitted)] {
        let told = table.authenticate(&request(system_id, b"secret")).await.unwrap_err();
        assert_eq!((told.reason(), told.command_status()), (reason, CommandStatus::ESME_RBINDFAIL));
        let kept = table.authenticate(&request(system_id, b"guess")).await.unwrap_err();
        assert_eq!(kept.reason(), AuthReason::WrongPassword);
    }
}

#[tokio::test]
async fn an_account_without_password_lets_nobody_in() {
    let other = Account::builder("other").password("secret").hash_cost(cheap());
    let table = table([Account::builder("esme"), other], TableOptions::default());

    for password in [&b"secret"[..], b"", b"no account has this one"] {
        let refused = table.authenticate(&request("esme", password)).await.unwrap_err();
        assert_eq!(refused.reason(), AuthReason::WrongPassword);
    }
}

#[tokio::test]
async fn a_new_table_counts_from_the_next_bind() {
    let table = table([esme()], TableOptions::default());
    assert!(table.authenticate(&request("esme", b"secret")).await.is_ok());

    let changed = Account::builder("esme").password("changed").hash_cost(cheap()).build().unwrap();
    table.replace([changed]).unwrap();

    let old = table.authenticate(&request("esme", b"secret")).await.unwrap_err();
    assert_eq!(old.reason(), AuthReason::WrongPassword);
    assert!(table.authenticate(&request("esme", b"changed")).await.is_ok());
    let twice = [esme().build().unwrap(), esme().build().unwrap()];
    assert_eq!(table.replace(twice), Err(TableError::Twice("esme".into())));
    assert!(table.authenticate(&request("esme", b"changed")).await.is_ok());
}

#[tokio::test]
async fn unknown_and_wrong_take_the_same_work() {
    let table = table(
        [esme(), Account::builder("other").password("secret").hash_cost(cheap())],
        TableOptions::default(),
    );
    let mut work = Vec::new();

    for system_id in ["nobody", "esme", "", "nobody", "other"] {
        let before = table.verifier().computed();
        assert!(table.authenticate(&request(system_id, b"guess")).await.is_err());
        work.push(table.verifier().computed() - before);
    }

    assert_eq!(work, [1, 1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bind_storm_of_one_account_costs_few_hashes() {
    let mut options = TableOptions::default();
    options.verifier = VerifierOptions::default().concurrency(2);
    let table = Arc::new(table([esme()], options));

    let binds = (0..200).map(|_| {
        let table = Arc::clone(&table);
        tokio::spawn(async move { table.authenticate(&request("esme", b"secret")).await.is_ok() })
    });
    let let_in = futures::future::join_all(binds).await;

    assert!(let_in.into_iter().all(|bound| bound.unwrap()));
    assert!((1..=2).contains(&table.verifier().computed()), "{} hashes", table.verifier().computed());
}

#[tokio::test]
async fn without_remembering_every_bind_costs_a_hash() {
    let mut options = TableOptions::default();
    options.verifier = VerifierOptions::default().remember(Duration::ZERO);
    let table = table([esme()], options);

    for _ in 0..3 {
        assert!(table.authenticate(&request("esme", b"secret")).await.is_ok());
    }

    assert_eq!(table.verifier().computed(), 3);
}

fn esme() -> AccountBuilder {
    Account::builder("esme").password("secret").hash_cost(cheap())
}

fn table<const N: usize>(accounts: [AccountBuilder; N], mut options: TableOptions) -> AccountTable {
    options.hash_cost = cheap();
    AccountTable::new(accounts.map(|account| account.build().unwrap()), options).unwrap()
}

fn request(system_id: &str, password: &[u8]) -> BindRequest {
    let peer: SocketAddr = "203.0.113.7:40000".parse().unwrap();
    BindRequest::new(peer, BindMode::Transceiver, system_id, password)
}

fn cheap() -> HashCost {
    HashCost::new(8, 1).unwrap()
}
