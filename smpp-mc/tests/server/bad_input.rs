//! Octets that are no SMPP, or not quite (P-04, P-05, P-07, P-08).

use smpp_mc::pdu::{CommandId, CommandStatus};

use crate::esme::{bound, connect, to};
use crate::test_mc::TestMc;

#[tokio::test]
async fn other_protocols_are_closed_and_harm_nobody() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut customer = bound(&mc, "esme").await;
    let greetings: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        &[0xff; 64],
    ];

    for greeting in greetings {
        let mut peer = connect(&mc);
        peer.send_octets(greeting).await;
        let answers = peer.closed().await;
        assert!(answers.iter().all(|pdu| pdu.command_id() == CommandId::GENERIC_NACK), "{answers:?}");
        assert!(answers.iter().all(|pdu| pdu.command_status == CommandStatus::ESME_RINVCMDLEN));
    }

    assert_eq!(customer.ask(to("1")).await.command_status, CommandStatus::ESME_ROK);
    assert_eq!(mc.counters().panics, 0);
}

#[tokio::test]
async fn a_command_length_out_of_range_closes_with_a_nack() {
    let mc = TestMc::builder().handler(TestMc::default());
    for command_length in [0_u32, 1, 15, 70_001, 0x7fff_ffff, u32::MAX] {
        let mut esme = bound(&mc, "esme").await;
        let mut frame = command_length.to_be_bytes().to_vec();
        frame.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9]);

        esme.send_octets(&frame).await;

        let answers = esme.closed().await;
        assert_eq!(answers.len(), 1, "{command_length}");
        assert_eq!(answers[0].command_id(), CommandId::GENERIC_NACK);
        assert_eq!(answers[0].command_status, CommandStatus::ESME_RINVCMDLEN);
    }
}

#[tokio::test]
async fn before_a_bind_long_pdus_are_not_waited_for() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut peer = connect(&mc);

    peer.send_octets(&[0, 0, 0x10, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]).await;

    assert_eq!(peer.closed().await.len(), 1);
}

#[tokio::test]
async fn a_whole_frame_never_ends_a_session() {
    let mc = TestMc::builder().handler(TestMc::default());
    let mut esme = bound(&mc, "esme").await;
    // command_id, then a body that does not fit it.
    let frames: [(u32, &[u8]); 6] = [
        (0x0000_0004, b""),
        (0x0000_0004, &[0xff; 40]),
        (0x0000_0021, &[0; 3]),
        (0x0000_0103, &[0x41; 90]),
        (0x0000_0777, b"whatever"),
        (0x8000_0777, b"whatever"),
    ];

    for (command_id, body) in frames {
        let number = esme.send_frame(CommandId(command_id), body).await;
        if command_id & 0x8000_0000 == 0 {
            let answer = esme.receive().await;
            assert_eq!(answer.sequence_number, number, "{command_id:#x}");
            assert_ne!(answer.command_status, CommandStatus::ESME_ROK, "{command_id:#x}");
        }
        assert!(esme.is_alive().await, "{command_id:#x}");
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_a_frame_is_only_closed() {
    let mc = TestMc::builder().handler(TestMc::default());
    for cut in [1, 4, 15, 16, 20] {
        let mut esme = bound(&mc, "esme").await;
        let handle = mc.registry().sessions("esme").remove(0);
        let frame = [0, 0, 0, 60, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0];
        esme.send_octets(&frame[..cut]).await;
        drop(esme);
        handle.closed().await;
    }
    assert_eq!(mc.counters().panics, 0);
}
