//! Child processes that cannot outlive their test, with what they printed.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that is expected to happen at all. Long, since the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running program in a process group of its own. Dropping it kills the group.
pub(crate) struct Process {
    name: String,
    child: Child,
    output: Arc<Output>,
}

/// Which of its two streams a program wrote a line to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Process {
    /// Starts the program with no standard input.
    pub(crate) fn start(name: &str, command: &mut Command) -> Self {
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let output = Arc::new(Output::default());
        collect(child.stdout.take().unwrap(), Stream::Stdout, &output);
        collect(child.stderr.take().unwrap(), Stream::Stderr, &output);
        Self { name: name.to_owned(), child, output }
    }

    /// Waits for a line that `pick` makes something of. Fails when the program ends without one.
    pub(crate) fn wait_for<T>(&self, what: &str, mut pick: impl FnMut(Stream, &str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.output.lines.lock().unwrap();
        let mut seen = 0;
        loop {
            while let Some((stream, line)) = lines.text.get(seen) {
                if let Some(found) = pick(*stream, line) {
                    return found;
                }
                seen += 1;
            }
            let (ended, left) = (lines.open == 0, deadline.saturating_duration_since(Instant::now()));
            if ended || left.is_zero() {
                // The readers go on; they must not find the lock poisoned.
                drop(lines);
                let why = if ended { "ended".to_owned() } else { format!("went on for {PATIENCE:?}") };
                panic!("{} {why} without {what}", self.name);
            }
            lines = self.output.changed.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// Whether any line so far holds the text.
    pub(crate) fn printed(&self, text: &str) -> bool {
        self.output.lines.lock().unwrap().text.iter().any(|(_, line)| line.contains(text))
    }

    /// Everything one stream brought so far.
    pub(crate) fn text(&self, from: Stream) -> String {
        let lines = self.output.lines.lock().unwrap();
        lines.text.iter().filter(|(stream, _)| *stream == from).map(|(_, line)| format!("{line}\n")).collect()
    }

    /// Waits for the end of the program and of its output. Fails when it is still running after `within`.
    pub(crate) fn wait(&mut self, within: Duration) -> ExitStatus {
        let name = self.name.clone();
        let status = until(&format!("the end of {name}"), within, || self.child.try_wait().unwrap());
        let mut lines = self.output.lines.lock().unwrap();
        while lines.open > 0 {
            let (next, timeout) = self.output.changed.wait_timeout(lines, PATIENCE).unwrap();
            assert!(!timeout.timed_out(), "{name} ended and left its output open");
            lines = next;
        }
        status
    }

    /// Whether the program is still there.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks the program to stop, as a service manager does.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Kills the program and everything that it started, at once, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        let _ = self.child.wait();
    }

    fn signal(&self, signal: &str) {
        // The group has the number of its first process. std cannot signal a group.
        let _ = Command::new("sh")
            .args(["-c", &format!("kill -s {signal} -- -{}", self.child.id())])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let mut log = format!("---- {} printed\n", self.name);
            for (stream, line) in &self.output.lines.lock().unwrap_or_else(|e| e.into_inner()).text {
                log.push_str(&format!("{stream:?}: {line}\n"));
            }
            eprint!("{log}");
        }
    }
}

/// Asks again and again until there is an answer. Fails after `within`.
pub(crate) fn until<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "no {what} in {within:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Says something that the test runner does not swallow, as it does what a passing test prints.
pub(crate) fn say_aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[derive(Default)]
struct Output {
    lines: Mutex<Lines>,
    changed: Condvar,
}

#[derive(Default)]
struct Lines {
    text: Vec<(Stream, String)>,
    /// Streams that may still bring something.
    open: usize,
}

/// Reads the stream to its end on a thread of its own.
fn collect(source: impl Read + Send + 'static, stream: Stream, output: &Arc<Output>) {
    output.lines.lock().unwrap().open += 1;
    let output = Arc::clone(output);
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            output.lines.lock().unwrap().text.push((stream, line));
            output.changed.notify_all();
        }
        output.lines.lock().unwrap().open -= 1;
        output.changed.notify_all();
    });
}
