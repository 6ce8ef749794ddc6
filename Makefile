# The everyday commands; the work is in .ci/.

.PHONY: run test bench fuzz fmt lint clean

run: ## Start smppd with no configuration file: SMPP on 127.0.0.1:2775, a simulator behind it
	cargo build --release --bin smppd --bin smpp
	exec target/release/smppd serve

test: ## Install what the tests need, then run every check and test, ending in one summary
	@.ci/test

bench: ## Print the codec's and the server's figures beside the raw floor
	@.ci/bench

fuzz: ## Run every fuzz target for TIME seconds each (default 60), or only TARGET
	@.ci/fuzz $(or $(TIME),60) $(TARGET)

fmt: ## Format all Rust code
	cargo fmt --all
	cargo fmt --manifest-path examples/bench-floor/Cargo.toml

lint: ## Format check, clippy with warnings denied, the house checks
	@.ci/lint

clean: ## Remove build output and what `make test` installed in this folder
	cargo clean
	rm -rf .test
