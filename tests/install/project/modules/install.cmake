# SPDX-License-Identifier: Apache-2.0
message(FATAL_ERROR "pawl took a file of this project for its own")
