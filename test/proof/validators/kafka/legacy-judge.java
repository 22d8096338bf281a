// Judges the files of Kafka 3.9 with its own classes, without a broker and without ZooKeeper; with our words where Kafka
// would only warn, of a key that nobody reads. `judging.java` is appended to it.

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaServer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.log4j.PropertyConfigurator;

class LegacyJudge {
    public static void main(String[] args) throws Exception {
        Judging.run(LegacyJudge::judge);
    }

    static void judge(String kind, Path file) throws Exception {
        switch (kind) {
            case "broker" -> broker(Judging.properties(file));
            case "logging" -> logging(Judging.properties(file));
            default -> throw new IllegalArgumentException("no kind " + kind);
        }
    }

    static final Set<String> OF_PLUGINS = Set.of("super.users", "allow.everyone.if.no.acl.found");

    static void broker(Properties given) throws Exception {
        KafkaConfig config = new KafkaConfig(given, false);
        if (!config.requiresZookeeper()) throw new IllegalArgumentException("this is no broker with ZooKeeper");
        // Reads its own settings of the connection to ZooKeeper, and refuses what its client could not use.
        KafkaServer.zkClientConfigFromKafkaConfig(config, false);
        Utils.newInstance(given.getProperty("authorizer.class.name"), Authorizer.class);
        Set<String> listeners = Arrays.stream(given.getProperty("listeners").split(","))
            .map(listener -> listener.substring(0, listener.indexOf(':')).toLowerCase())
            .collect(Collectors.toSet());
        Set<String> known = KafkaConfig.configDef().names();
        for (String key : given.stringPropertyNames()) {
            if (known.contains(key) || OF_PLUGINS.contains(key) || key.startsWith("config.providers")) continue;
            String[] parts = key.startsWith("listener.name.")
                ? key.substring("listener.name.".length()).split("\\.", 2)
                : new String[] {"", key};
            String setting = parts[1].startsWith("plain.") ? parts[1].substring("plain.".length()) : parts[1];
            if (!known.contains(setting)) throw new IllegalArgumentException("Kafka knows no setting " + key);
            if (!listeners.contains(parts[0])) throw new IllegalArgumentException(key + ": no listener " + parts[0]);
        }
    }

    /** Log4j tells what it cannot do on the error output, and goes on without it. */
    static void logging(Properties given) {
        var complaints = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        System.setErr(new PrintStream(complaints, true));
        try {
            PropertyConfigurator.configure(given);
        } finally {
            System.setErr(usual);
        }
        if (complaints.size() > 0) throw new IllegalArgumentException(complaints.toString());
    }
}
