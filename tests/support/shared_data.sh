# SPDX-License-Identifier: Apache-2.0
# Sourced by tests that need shared data: $needs names what, and data becomes its folder. Without it the test is skipped, but fails in CI.
data=${PAWL_TEST_DATA:-$PAWL_SOURCE_DIR/../shared/data}
if [ ! -r "$data/$needs" ]; then
    echo "the shared test data is absent (PAWL_TEST_DATA)"
    [ "${CI:-}" = true ] && exit 1
    exit 77
fi
data=$(cd "$data" && pwd)
