"""Stand-ins for servers outside, on real sockets."""
