package milena.cli.client;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A table: for people with its columns aligned, for programs a list of maps. */
final class Rows {
  private final List<String> columns;
  private final List<Object[]> rows = new ArrayList<>();

  /** Columns are named as JSON has them: {@code end_offset} is shown as END OFFSET. */
  Rows(String... columns) {
    this.columns = List.of(columns);
  }

  /** One cell a column: a number, a string, a collection of these, or null for nothing. */
  Rows add(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + columns);
    }
    rows.add(cells);
    return this;
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  List<Map<String, Object>> asMaps() {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (Object[] row : rows) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < row.length; i++) {
        map.put(columns.get(i), row[i]);
      }
      maps.add(map);
    }
    return maps;
  }

  void print(PrintWriter out) {
    List<String> heads =
        columns.stream().map(c -> c.replace('_', ' ').toUpperCase(Locale.ROOT)).toList();
    int[] widths = heads.stream().mapToInt(String::length).toArray();
    boolean[] numbers = new boolean[widths.length];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      numbers[i] =
          rows.stream().allMatch(r -> r[column] == null || r[column] instanceof Number)
              && rows.stream().anyMatch(r -> r[column] != null);
      for (Object[] row : rows) {
        widths[i] = Math.max(widths[i], text(row[i]).length());
      }
    }
    out.println(line(heads, widths, numbers));
    for (Object[] row : rows) {
      List<String> cells = new ArrayList<>();
      for (Object cell : row) {
        cells.add(text(cell));
      }
      out.println(line(cells, widths, numbers));
    }
    out.flush();
  }

  private static String line(List<String> cells, int[] widths, boolean[] numbers) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      line.append(numbers[i] ? padding : "").append(cells.get(i)).append(numbers[i] ? "" : padding);
      line.append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static String text(Object cell) {
    if (cell == null) {
      return "-";
    }
    if (cell instanceof Collection<?> many) {
      return many.isEmpty()
          ? "-"
          : many.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    return cell.toString();
  }
}
