"""Exit 0 when the PostgreSQL and Redis servers named on the command line answer."""

import sys

import psycopg
import redis


def main(postgres: str, redis_uri: str) -> int:
    """Connect to both once."""
    try:
        psycopg.connect(postgres, connect_timeout=3).close()
        redis.Redis.from_url(redis_uri, socket_connect_timeout=3).ping()
    except (psycopg.Error, redis.RedisError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
