// Judges the JMX exporter's rules with its own collector, as the agent does when it starts. `judging.java` is appended to it.

import io.prometheus.jmx.JmxCollector;
import java.nio.file.Path;

class JmxJudge {
    public static void main(String[] args) throws Exception {
        Judging.run((String kind, Path file) -> new JmxCollector(file.toFile()));
    }
}
