// Judges ZooKeeper's files with its own classes, without a server; with our words where ZooKeeper would take a misspelt
// key for a system property that nobody reads. `judging.java` is appended to it.

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.status.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.QuorumX509Util;
import org.apache.zookeeper.common.X509Util;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.server.command.FourLetterCommands;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;

class ZookeeperJudge {
    public static void main(String[] args) throws Exception {
        Judging.run(ZookeeperJudge::judge);
    }

    static void judge(String kind, Path file) throws Exception {
        switch (kind) {
            case "server" -> server(Judging.properties(file));
            case "logging" -> logging(file);
            default -> throw new IllegalArgumentException("no kind " + kind);
        }
    }

    /** Settings that ZooKeeper reads as system properties, each where it is used (administrator's guide, 3.9). */
    static final Set<String> OF_SYSTEM = Set.of(
        "4lw.commands.whitelist", "admin.enableServer", "authProvider.x509", "client.certReload", "serverCnxnFactory");
    /** Fields of its own configuration; `server.<n>` and `metricsProvider.<x>` beside them. */
    static final Set<String> OWN = Set.of(
        "autopurge.purgeInterval", "autopurge.snapRetainCount", "clientPort", "clientPortAddress", "dataDir",
        "initLimit", "secureClientPort", "sslQuorum", "sslQuorumReloadCertFiles", "syncLimit", "tickTime");

    static void server(Properties given) throws Exception {
        List<X509Util> ends = new ArrayList<>(List.of(new ClientX509Util()));
        if (Boolean.parseBoolean(given.getProperty("sslQuorum"))) ends.add(new QuorumX509Util());
        Set<String> known = new TreeSet<>();
        for (X509Util end : ends) {
            for (var method : X509Util.class.getMethods()) {
                if (method.getReturnType() == String.class && method.getName().endsWith("Property"))
                    known.add(((String) method.invoke(end)).substring("zookeeper.".length()));
            }
        }
        for (String key : given.stringPropertyNames()) {
            if (!known.contains(key) && !OF_SYSTEM.contains(key) && !OWN.contains(key)
                && !key.matches("server\\.\\d+") && !key.matches("metricsProvider\\.(className|httpPort|exportJvmInfo)"))
                throw new IllegalArgumentException("ZooKeeper knows no setting " + key);
        }
        for (String key : List.of("serverCnxnFactory", "authProvider.x509", "metricsProvider.className"))
            Class.forName(given.getProperty(key));
        for (String command : given.getProperty("4lw.commands.whitelist").split(","))
            if (!FourLetterCommands.isKnown(java.nio.ByteBuffer.wrap(command.trim().getBytes()).getInt()))
                throw new IllegalArgumentException("ZooKeeper knows no command " + command);
        new QuorumPeerConfig().parseProperties(given);
        // With the certificates: what the server does when it opens its ports.
        for (X509Util end : ends) end.createSSLContext(new ZKConfig());
    }

    static void logging(Path file) throws Exception {
        var context = new LoggerContext();
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(file.toFile());
        for (Status status : context.getStatusManager().getCopyOfStatusList())
            if (status.getEffectiveLevel() >= Status.WARN) throw new IllegalArgumentException(status.getMessage());
    }
}
