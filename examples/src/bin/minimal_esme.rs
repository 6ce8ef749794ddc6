//! An ESME in one screen: submits one text, and prints what is delivered.
//!
//! `minimal_esme [HOST [PORT [TO]]]`, 127.0.0.1, 2775 and 1000 by default, as `demo` with the password `secret`.

#![expect(clippy::print_stdout, reason = "it talks to whoever started it")]

use std::{env, error::Error, time::Duration};

use smpp_esme::{Delivery, EsmeClient, Message};
use tokio::time::timeout;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let host = arguments.next().unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = arguments.next().map_or(Ok(2775), |port| port.parse())?;
    let to = arguments.next().unwrap_or_else(|| "1000".to_owned());

    let (client, mut deliveries) =
        EsmeClient::builder(host, port).system_id("demo").password("secret").connect().await?;
    println!("bound to {}", client.bind_info().mc_system_id);

    let message = Message::text(to, "Hei, verden").from("2000").request_receipt();
    println!("submitted as {:?}", client.submit(message).await?.message_ids());

    // Until nothing has come for a while.
    while let Ok(Some(delivery)) = timeout(Duration::from_secs(2), deliveries.next()).await {
        match &delivery {
            Delivery::Message(message) => println!("received {:?}", message.text()),
            Delivery::Receipt(receipt) => println!("receipt: {}", receipt.stat()),
            Delivery::Alert(_) | Delivery::Request(_) | Delivery::Notification(_) | _ => {
                println!("received {delivery:?}")
            }
        }
        delivery.accept();
    }

    println!("closed: {}", client.unbind().await);
    Ok(())
}
