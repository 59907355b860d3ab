import java.io.File;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;

/** One line a file: its path, a tab, and the rules of PDF/UA-1 that it breaks; "!" when it cannot be read. */
public class Validate {
  public static void main(String[] files) {
    java.util.logging.LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    var foundry = Foundries.defaultInstance();
    for (String file : files) {
      String rules;
      try (var parser = foundry.createParser(new File(file), PDFAFlavour.PDFUA_1)) {
        var result = foundry.createValidator(PDFAFlavour.PDFUA_1, 1, false, false, false).validateAll(parser).get(0);
        rules = result.getFailedChecks().keySet().stream()
            .map(rule -> rule.getClause() + "-" + rule.getTestNumber())
            .sorted(Comparator.naturalOrder())
            .collect(Collectors.joining(" "));
      } catch (Throwable error) {
        rules = "!";
      }
      System.out.println(file + "\t" + rules);
    }
  }
}
