//! `smppd serve` and `smppd check-config`.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use smpp_mc::config::{McConfig, StoreConfig, assemble};
use tokio::net::{TcpListener, TcpSocket};

use super::args::ServeOptions;
use super::{defaults, signals, telemetry};

/// Serves until a signal, then drains.
pub(crate) fn run(options: ServeOptions) -> Result<(), Box<dyn Error>> {
    telemetry::start();
    let (config, password) = load(&options)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Sockets are looked at often, so that one busy session does not make the others wait.
        .event_interval(EVENT_INTERVAL)
        .build()?;
    runtime.block_on(serve(config, password))
}

/// Says whether the file can be used.
pub(crate) fn check(file: &Path) -> Result<(), Box<dyn Error>> {
    McConfig::read(file)?;
    println!("{}: ready to serve", file.display());
    Ok(())
}

fn load(options: &ServeOptions) -> Result<(McConfig, Option<String>), Box<dyn Error>> {
    let (mut config, password) = match &options.config {
        Some(file) => (McConfig::read(file)?, None),
        None => defaults::load(options.data.as_deref().unwrap_or_else(|| Path::new(DATA_FOLDER)))?,
    };
    if let Some(listen) = options.listen {
        config.smpp.listen = listen;
    }
    if let Some(data) = &options.data {
        config.store = StoreConfig::Folder(data.clone());
    }
    Ok((config, password))
}

async fn serve(config: McConfig, password: Option<String>) -> Result<(), Box<dyn Error>> {
    let listen = config.smpp.listen;
    // From here on a signal means a graceful stop, also one that comes while the store recovers.
    let stop = signals::stop()?;
    let centre = assemble(config).await?;
    let listener = open_port(listen).map_err(|error| {
        format!(
            "cannot listen on {listen}: {error}; stop what uses the port, or choose another with --listen"
        )
    })?;
    let listening = listener.local_addr()?;
    println!("listening on {listening}");
    if let Some(password) = password {
        println!("{}", defaults::first_message(listening, &password));
    }
    io::stdout().flush()?;
    centre
        .serve(listener, async {
            stop.await;
            tracing::info!("stopping");
        })
        .await?;
    tracing::info!("stopped");
    Ok(())
}

/// The port can be taken again at once after a kill, and has room for a burst of ESMEs that all come back together.
fn open_port(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4_096;
/// The data folder, in the current one, where neither a file nor a flag names one.
const DATA_FOLDER: &str = "smppd-data";
/// Task turns between two looks at the sockets; tokio's own 61 makes a light session wait behind heavy ones.
const EVENT_INTERVAL: u32 = 4;
