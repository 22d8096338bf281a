// Judges Kafka's files with Kafka's own classes, without a broker; with our words where Kafka would only warn, of a key
// that nobody reads. `judging.java` is appended to it.

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.security.authorizer.AclEntry;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.yaml.YamlConfigurationFactory;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.status.StatusData;
import org.apache.logging.log4j.status.StatusListener;
import org.apache.logging.log4j.status.StatusLogger;

class Judge {
    public static void main(String[] args) throws Exception {
        Judging.run(Judge::judge);
    }

    static void judge(String kind, Path file) throws Exception {
        switch (kind) {
            case "broker" -> broker(Judging.properties(file));
            case "client" -> client(Judging.properties(file));
            case "topics" -> lines(file, Judge::topic);
            case "acls" -> lines(file, Judge::acl);
            case "logging" -> logging(file);
            default -> throw new IllegalArgumentException("no kind " + kind);
        }
    }

    /** Settings of what the broker loads; they have no definition among its own. */
    static final Set<String> OF_PLUGINS =
        Set.of(StandardAuthorizer.SUPER_USERS_CONFIG, StandardAuthorizer.ALLOW_EVERYONE_IF_NO_ACL_IS_FOUND_CONFIG);

    static void broker(Properties given) {
        KafkaConfig config = new KafkaConfig(given, false);
        config.createNewAuthorizer(new Metrics(), "broker");
        Set<String> listeners = Arrays.stream(given.getProperty("listeners").split(","))
            .map(listener -> listener.substring(0, listener.indexOf(':')).toLowerCase())
            .collect(Collectors.toSet());
        Set<String> known = KafkaConfig.configDef().names();
        for (String key : given.stringPropertyNames()) {
            if (known.contains(key) || OF_PLUGINS.contains(key) || key.startsWith("config.providers")) continue;
            String setting = key;
            if (key.startsWith("listener.name.")) {
                String[] parts = key.substring("listener.name.".length()).split("\\.", 2);
                if (!listeners.contains(parts[0])) throw new IllegalArgumentException(key + ": no listener " + parts[0]);
                String mechanisms = given.getProperty("listener.name." + parts[0] + ".sasl.enabled.mechanisms", "");
                setting = parts[1];
                for (String mechanism : mechanisms.toLowerCase().split(","))
                    if (setting.startsWith(mechanism + ".")) setting = setting.substring(mechanism.length() + 1);
            }
            if (!known.contains(setting)) throw new IllegalArgumentException("Kafka knows no setting " + key);
        }
    }

    /** Building the client reads its certificates and its log-in; it is closed before it has met anybody. */
    static void client(Properties given) {
        for (String key : given.stringPropertyNames()) {
            if (!AdminClientConfig.configNames().contains(key) && !key.startsWith("config.providers"))
                throw new IllegalArgumentException("Kafka knows no setting " + key);
        }
        given.setProperty("bootstrap.servers", "127.0.0.1:9");
        Admin.create(given).close(Duration.ZERO);
    }

    interface Line {
        void judge(String[] fields);
    }

    static void lines(Path file, Line line) throws Exception {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            try {
                line.judge(lines.get(i).split(" "));
            } catch (Exception refusal) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + refusal.getMessage());
            }
        }
    }

    static void topic(String[] fields) {
        fieldCount(fields, 4);
        Topic.validate(fields[0]);
        for (int i = 1; i < 3; i++) {
            if (Integer.parseInt(fields[i]) < 1) throw new IllegalArgumentException("needs at least one, not " + fields[i]);
        }
        Map<String, String> settings = new HashMap<>();
        for (String setting : fields[3].split(",")) settings.put(setting.split("=")[0], setting.split("=")[1]);
        LogConfig.validate(settings);
    }

    static void acl(String[] fields) {
        fieldCount(fields, 5);
        ResourceType resource = ResourceType.fromString(fields[0]);
        AclOperation operation = AclOperation.fromString(fields[4]);
        AclBinding rule = new AclBinding(
            new ResourcePattern(resource, fields[1], PatternType.fromString(fields[2])),
            new AccessControlEntry("User:" + fields[3], "*", operation, AclPermissionType.ALLOW));
        if (rule.isUnknown()) throw new IllegalArgumentException("Kafka knows no such rule: " + rule);
        if (!AclEntry.supportedOperations(resource).contains(operation))
            throw new IllegalArgumentException("a " + resource + " has no operation " + fields[4]);
    }

    static void fieldCount(String[] fields, int wanted) {
        if (fields.length != wanted) throw new IllegalArgumentException(fields.length + " fields, not " + wanted);
    }

    static void logging(Path file) throws Exception {
        Complaints complaints = new Complaints();
        StatusLogger.getLogger().registerListener(complaints);
        var configuration = new YamlConfigurationFactory()
            .getConfiguration(new LoggerContext("judged"), ConfigurationSource.fromUri(file.toUri()));
        configuration.initialize();
        StatusLogger.getLogger().removeListener(complaints);
        if (!complaints.said.isEmpty()) throw new IllegalArgumentException(String.join(" ", complaints.said));
    }

    static class Complaints implements StatusListener {
        final List<String> said = new ArrayList<>();

        public void log(StatusData data) {
            said.add(data.getMessage().getFormattedMessage());
        }

        public Level getStatusLevel() {
            return Level.WARN;
        }

        public void close() {}
    }
}
