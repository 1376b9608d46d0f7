# Varnish 7 before a POP: pages for the crowd from memory, one request a route and five seconds for the POP.
#
#   varnishd -f deploy/varnish.vcl -a :80 -a purge=127.0.0.1:6083 -s malloc,256m
#   pharos control … --purge webhook:http://127.0.0.1:6083/.pharos/purge
#
# What a visitor may see is then at most 15 s old (5 s fresh, 10 s while it is renewed) as long as the POP answers, and 5 s after a
# purge was lost; while no POP answers, up to 10 minutes, with the time of the last confirmation in `Pharos-Confirmed-At`.
# TLS ends before this: hitch or haproxy with the PROXY protocol, which then also say `Strict-Transport-Security`.
vcl 4.1;

import std;

# Of two POPs or more, one `backend` each, `import directors;`, and in vcl_init a fallback or round_robin director of them; vcl_recv then says
# `set req.backend_hint = pops.backend();` first. With one, what was never asked for is 503 while it is gone.
backend pop {
	.host = "127.0.0.1";
	.port = "8080";
	.connect_timeout = 1s;
	.first_byte_timeout = 5s;
	.between_bytes_timeout = 30s;
	# 405 is what a POP answers to this whatever pages it has, without touching one. Anything else, 503 for too many requests too, and the
	# cache goes on with what it has.
	.probe = {
		.request = "DELETE / HTTP/1.1" "Host: probe.invalid" "Connection: close";
		.expected_response = 405;
		.interval = 1s;
		.timeout = 1s;
		.window = 3;
		.threshold = 2;
		.initial = 2;
	}
}

sub vcl_recv {
	# A listener of its own, not an address: behind a proxy on this machine every visitor would be 127.0.0.1.
	unset req.http.x-purge;
	if (local.socket == "purge") {
		call purge_pages;
	}
	# Preflights, what visitors say, and what a POP refuses anyway.
	if (req.method != "GET" && req.method != "HEAD") {
		return (pass);
	}
	# A POP reads neither; left in, the first would make every visitor a miss.
	unset req.http.cookie;
	unset req.http.authorization;
	# A stream without end. Each holds a thread here: where there are more than a few thousand, lead this path past the cache.
	if (req.url ~ "^/_events(\?|$)") {
		unset req.http.accept-encoding;
		return (pass);
	}
	# A POP finds routes without the query, so `?a=1`, `?a=2`, … would be copies of one page.
	set req.url = regsub(req.url, "\?.*$", "");
	set req.http.host = std.tolower(req.http.host);
	# stale-while-revalidate. With the POP gone, and in a second round after a fetch that failed, what stale-if-error allows: beresp.grace.
	unset req.http.x-renew;
	if (req.restarts == 0 && std.healthy(req.backend_hint)) {
		set req.http.x-renew = "yes";
		set req.grace = 10s;
	} else {
		set req.grace = 1d;
	}
	return (hash);
}

# A ban throws away, and what is thrown away is missing when the POP dies next. So pages are banned only once the POP has answered this very
# request (any word of its own will do: it takes no POST there), and only for requests that may renew them: with the POP gone the old page is still found.
# (xkey.softpurge of varnish-modules would leave them stale; it is not in varnish itself.)
sub purge_pages {
	if (req.method != "POST" || req.url != "/.pharos/purge") {
		return (synth(404));
	}
	if (req.http.surrogate-key !~ "^[A-Za-z0-9._-]+( [A-Za-z0-9._-]+)*$") {
		return (synth(400, "Name pages in Surrogate-Key"));
	}
	set req.http.x-purge = regsuball(regsuball(req.http.surrogate-key, "\.", "\\."), " ", "|");
	return (pass);
}

sub vcl_miss {
	if (req.restarts > 0) {
		return (synth(503));
	}
}

sub vcl_backend_response {
	# Never kept, and never instead of something older that is right.
	if (beresp.status >= 500) {
		return (abandon);
	}
	if (beresp.http.cdn-cache-control !~ "max-age=[0-9]+") {
		# no-store: asked for one by one, and again cacheable as soon as the POP says so.
		set beresp.uncacheable = true;
		set beresp.ttl = 5s;
		return (deliver);
	}
	set beresp.ttl = std.duration(regsub(beresp.http.cdn-cache-control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
	set beresp.grace = 0s;
	if (beresp.http.cdn-cache-control ~ "stale-if-error=[0-9]+") {
		set beresp.grace = std.duration(
		    regsub(beresp.http.cdn-cache-control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 0s);
	}
	# Asked for by its ETag as long as it is here: 304 costs no body.
	set beresp.keep = 10m;
	return (deliver);
}

sub vcl_backend_error {
	return (abandon);
}

sub vcl_backend_fetch {
	unset bereq.http.x-renew;
	unset bereq.http.x-purge;
}

sub vcl_deliver {
	if (req.http.x-purge) {
		if (resp.status < 500 && std.ban("req.http.x-renew == yes && obj.http.surrogate-key ~ ^(" + req.http.x-purge + ")$")) {
			set resp.status = 200;
		} else {
			set resp.status = 502;
		}
		return (deliver);
	}
	if (obj.hits > 0) {
		set resp.http.x-cache = "HIT";
	} else {
		set resp.http.x-cache = "MISS";
	}
}

sub vcl_synth {
	if (resp.status == 503 && req.restarts == 0) {
		return (restart);
	}
	set resp.http.content-type = "text/plain; charset=utf-8";
	set resp.http.cache-control = "no-store";
	if (resp.status == 503) {
		set resp.http.retry-after = "5";
		set resp.body = "This status page cannot be reached right now, and no copy of it is at hand. Please try again." + {"
"};
	} else {
		set resp.body = resp.reason + {"
"};
	}
	return (deliver);
}
