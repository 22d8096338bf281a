
/**
 * Reads what is to be judged and prints the answers: each line on the input is `<kind> <file>`, each line on the output
 * `accepted`, or `refused` with the words of whoever refused. Ends with its input. Appended to a judge's own source, for
 * Java starts one file; so it names all classes in full.
 */
class Judging {
    interface Judgement {
        void judge(String kind, java.nio.file.Path file) throws Exception;
    }

    static void run(Judgement judgement) throws Exception {
        java.io.PrintStream answers = System.out;
        System.setOut(System.err);
        var requests = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
        for (String request = requests.readLine(); request != null; request = requests.readLine()) {
            String[] kindAndFile = request.split(" ", 2);
            String answer = "accepted";
            try {
                judgement.judge(kindAndFile[0], java.nio.file.Path.of(kindAndFile[1]));
            } catch (Exception refusal) {
                answer = "refused " + words(refusal).replace('\n', ' ');
            }
            answers.println(answer);
        }
        System.exit(0);
    }

    /** What it says and what its causes say, for the reason is often the innermost. */
    static String words(Throwable refusal) {
        return refusal.getCause() == null ? refusal.getMessage() : refusal.getMessage() + ": " + words(refusal.getCause());
    }

    static java.util.Properties properties(java.nio.file.Path file) throws Exception {
        var properties = new java.util.Properties();
        try (var reader = java.nio.file.Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
