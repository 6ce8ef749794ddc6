//! Prints tables of the codec beside rusmpp, smpp34 and smpp-codec, a copy of the same octets, and a hand-written
//! scan that borrows: nanoseconds and allocations for one PDU.
//!
//! Each cell is the best of [`ROUNDS`] rounds that go through all subjects in turn, each round the median of
//! 11 samples. Every subject reads and writes the same octets, checked before anything is timed.

mod floor;
mod measure;
mod subjects;

use measure::Cell;
use subjects::{Message, Subject};

const ROUNDS: usize = 6;

fn main() {
    let messages = subjects::messages();
    for (title, write) in [("decode", false), ("encode into a reused buffer", true)] {
        let subjects: Vec<Subject> = if write { subjects::writers() } else { subjects::readers() };
        println!("\n{title}: ns, allocations\n");
        print!("| |");
        messages.iter().for_each(|message| print!(" {} ({}) |", message.name, message.wire.len()));
        println!("\n|---|{}", "---:|".repeat(messages.len()));
        let mut cells = vec![vec![None::<Cell>; messages.len()]; subjects.len()];
        for _ in 0..ROUNDS {
            for (subject, row) in subjects.iter().zip(&mut cells) {
                for (message, cell) in messages.iter().zip(row) {
                    *cell = Cell::best(*cell, (subject.measure)(message));
                }
            }
        }
        for (subject, row) in subjects.iter().zip(cells) {
            print!("| {} |", subject.name);
            for cell in row {
                match cell {
                    Some(cell) => print!(" {:.1}, {:.0} |", cell.nanoseconds, cell.allocations),
                    None => print!(" - |"),
                }
            }
            println!();
        }
    }
    above(&messages);
}

/// What some of the others have beside the codec.
fn above(messages: &[Message]) {
    println!(
        "\nsplitting 660 characters of GSM 03.38 into 5 parts, reading a receipt's text: ns, allocations\n"
    );
    println!("| | split | receipt |\n|---|---:|---:|");
    for (name, split, receipt) in subjects::above(messages) {
        let show = |cell: Option<Cell>| {
            cell.map_or("-".to_owned(), |cell| format!("{:.0}, {:.0}", cell.nanoseconds, cell.allocations))
        };
        println!("| {name} | {} | {} |", show(split), show(receipt));
    }
}
