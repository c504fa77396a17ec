/**
 * What may be run over REST, by family. Closed: the rest of Redis keeps the server (ACL, CONFIG, SHUTDOWN), holds up the
 * connection that all clients share (WATCH, BLPOP), or is not known.
 */
const ALLOWED = new Set(
  `bitcount bitfield bitfield_ro bitop bitpos getbit setbit
   echo ping
   copy del dump exists expire expireat expiretime keys object persist pexpire pexpireat pexpiretime pttl randomkey rename
   renamenx restore scan sort sort_ro touch ttl type unlink
   geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore
   hdel hexists hexpire hexpireat hexpiretime hget hgetall hgetdel hgetex hincrby hincrbyfloat hkeys hlen hmget hmset hpersist
   hpexpire hpexpireat hpexpiretime hpttl hrandfield hscan hset hsetex hsetnx hstrlen httl hvals
   pfadd pfcount pfmerge
   lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx
   publish pubsub
   eval eval_ro evalsha evalsha_ro fcall fcall_ro function script
   dbsize flushall flushdb time
   sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem sscan
   sunion sunionstore
   zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin zrandmember
   zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange
   zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore
   xack xackdel xadd xautoclaim xclaim xdel xdelex xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim
   append decr decrby delex digest get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset msetex msetnx psetex
   set setex setnx setrange strlen substr`.split(/\s+/),
);

/** The parts that may be run of commands which have others. */
const PARTS: Record<string, readonly string[]> = {
  script: ["load", "exists", "flush"],
  function: ["load", "list", "delete", "flush", "stats", "dump", "restore"],
  object: ["encoding", "freq", "idletime", "refcount"],
};

/** Whether a command may be run over REST. */
export function isAllowed(name: string, args: readonly (string | Buffer)[]): boolean {
  const lower = name.toLowerCase();
  // Where the Redis behind it has the module.
  if (/^json\.[a-z]+$/.test(lower)) return true;
  if (!ALLOWED.has(lower)) return false;
  const parts = PARTS[lower];
  if (parts) return parts.includes(String(args[0] ?? "").toLowerCase());
  return !(lower.startsWith("xread") && args.some((arg) => /^block$/i.test(arg.toString())));
}
