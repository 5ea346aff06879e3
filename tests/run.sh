#!/usr/bin/env bash
# Runs every check that the project must pass: formatting, lints, documentation, dependencies and
# all tests, those against real proxies too. Works from any folder; needs cargo.
#
#   tests/run.sh            everything
#   tests/run.sh NAME...    only the tests whose names contain one of these
#
# On Debian as root it installs the packages that the tests need. Elsewhere it leaves out the tests
# of the programs that are missing, and says so at the start and at the end.
set -euo pipefail

main() {
  cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
  unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
  export DEBIAN_FRONTEND=noninteractive
  # A gate tries the same inputs each time. `PROPTEST_CASES=100000 cargo nextest run` tries others.
  export PROPTEST_RNG_SEED=5691
  local started=$SECONDS

  prepare_packages
  is_there cc || fail "a C compiler and linker is missing (Debian: gcc and libc6-dev)"
  command -v cargo >/dev/null || fail "cargo is not installed (https://rustup.rs)"
  announce_left_out
  if (($# > 0)); then
    step "chosen tests" chosen_tests "$@"
    announce_left_out
    echo "Passed: ${passed[*]}${left_out:+ left out: $left_out}"
    return
  fi

  step "formatting" cargo fmt --check
  step "lints" cargo clippy --locked --all-targets -- -D warnings
  step "documentation" env RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps
  step "dependencies" check_dependencies
  if cargo nextest --version >/dev/null 2>&1; then
    step "tests" cargo nextest run --locked --no-fail-fast -E 'not binary(real)'
    # What a cache has stored by the time it is asked again is the real program's affair, so these
    # may be tried anew; nextest names those that needed it. Most of their time is waiting for a
    # cache, so one more than there are processors runs at a time.
    step "real programs" cargo nextest run --locked --no-fail-fast --retries 2 \
      --test-threads $(($(nproc) + 1)) -E 'binary(real)'
    step "documentation tests" cargo test --locked --doc
  else
    step "tests" cargo test --locked --no-fail-fast
  fi

  announce_left_out
  echo "All passed in $((SECONDS - started)) s: ${passed[*]}${left_out:+ left out: $left_out}"
}

# Runs a command under a heading. The first failure ends the script.
step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  "$@" || fail "$name failed: $*"
  printf '== %s took %d s\n' "$name" "$((SECONDS - started))"
  passed+=("$name ($((SECONDS - started)) s);")
}

# Runs the tests whose names contain one of the arguments.
chosen_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --no-fail-fast "$@"
  else
    local name
    for name in "$@"; do
      cargo test --locked --no-fail-fast "$name"
    done
  fi
}

# Nothing in the finished program may need a C library at run time or a second TLS.
check_dependencies() {
  local tree forbidden
  tree=$(cargo tree --locked --edges normal --prefix none)
  if forbidden=$(grep -E '^(aws-lc[a-z-]*|openssl|openssl-sys|native-tls) ' <<<"$tree"); then
    echo "forbidden: $forbidden" >&2
    return 1
  fi
  echo "$(sort -u <<<"$tree" | wc -l) packages, none of them forbidden"
}

# Makes sure that each program is there, or names it in left_out.
prepare_packages() {
  local missing=() pair
  # The linker, and the C compiler that the crate ring is built with.
  is_there cc || missing+=(gcc libc6-dev)
  for pair in "${PROGRAMS[@]}"; do
    is_there "${pair%%:*}" || missing+=("${pair##*:}")
  done
  if ((${#missing[@]} > 0)) && [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    install_packages "${missing[@]}"
    # From here on a missing program is a failure: the tests that need it will say so.
    return
  fi
  for pair in "${PROGRAMS[@]}"; do
    is_there "${pair%%:*}" || left_out+="${left_out:+ }${pair%%:*}"
  done
  export BITSGATE_REAL_SKIP=$left_out
}

# Installs packages without letting them start their services.
install_packages() {
  printf '== packages: %s\n' "$*"
  trap restore_policy EXIT
  if [[ -e $POLICY ]]; then
    mv -- "$POLICY" "$POLICY.bitsgate"
  fi
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
  apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" ||
    fail "packages could not be installed: $*"
  restore_policy
  trap - EXIT
}

restore_policy() {
  rm -f -- "$POLICY"
  if [[ -e $POLICY.bitsgate ]]; then
    mv -- "$POLICY.bitsgate" "$POLICY"
  fi
}

# Daemons live where the path of an ordinary user does not lead.
is_there() {
  local place
  place=$(PATH=$PATH:/usr/sbin:/usr/local/sbin type -P "$1") && [[ -x $place ]]
}

announce_left_out() {
  if [[ -n $left_out ]]; then
    cat <<END

!! NOT EVERYTHING IS TESTED: these programs are missing and could not be installed:
!!   $left_out
!! The tests in tests/real that need them are left out. Run this script as root on Debian,
!! or install the packages, to test everything.
END
  fi
}

fail() {
  announce_left_out
  printf '\nFAILED: %s\n' "$1" >&2
  exit 1
}

# Program and Debian package. The first is what the package is known by to tests/real, and to the
# tests of reports, which give them to programs that read them.
readonly PROGRAMS=(
  apache2:apache2 caddy:caddy chromium:chromium curl:curl haproxy:haproxy lighttpd:lighttpd
  mandoc:mandoc mitmdump:mitmproxy nginx:nginx privoxy:privoxy prometheus:prometheus
  promtool:prometheus prove:perl squid:squid systemd-analyze:systemd tinyproxy:tinyproxy
  traffic_server:trafficserver varnishd:varnish xmllint:libxml2-utils
)
readonly POLICY=/usr/sbin/policy-rc.d
left_out=""
passed=()

main "$@"
