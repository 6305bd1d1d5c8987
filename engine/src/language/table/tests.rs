use super::*;
use crate::source::Sources;

/// The cells of a table, a line a row; then what is wrong with it.
fn read(text: &str) -> String {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> String {
    let mut sources = Sources::new();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let source = sources.add("t.csv".to_owned(), text);
    let (table, problems) = Table::read(source, bytes);
    let mut shown = String::new();
    if let Some(table) = table {
        shown = table.columns().collect::<Vec<_>>().join("|") + "\n";
        for row in 0..table.rows() {
            let cells = (0..table.columns().count()).filter_map(|column| table.at(row, column));
            let cells: Vec<String> = cells
                .map(|cell| cell.text.escape_debug().to_string())
                .collect();
            shown += &(cells.join("|") + "\n");
        }
    }
    for problem in problems {
        let places = problem.labels.iter().map(|label| {
            let (line, column) = sources.line_column(label.span);
            format!(" {line}:{column}")
        });
        shown += &format!(
            "{} {}{}\n",
            problem.code,
            problem.message,
            places.collect::<String>()
        );
    }
    shown
}

#[test]
fn cells_are_text_between_commas() {
    assert_eq!(
        read("name,os\nweb01,windows\nweb02,\n"),
        "name|os\nweb01|windows\nweb02|\n"
    );
    assert_eq!(read("name\r\nweb01\r\nweb02"), "name\nweb01\nweb02\n");
    assert_eq!(read("\u{FEFF}name\nä\n"), "name\nä\n");
    assert_eq!(read("a,b\n1, 2 \n"), "a|b\n1| 2 \n");
}

#[test]
fn quotes_keep_commas_quotes_and_lines() {
    assert_eq!(
        read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n"),
        "a|b\nx,y|say \\\"hi\\\"\n"
    );
    assert_eq!(
        read("\"a\",b\n\"one\r\ntwo\",\"\"\n"),
        "a|b\none\\r\\ntwo|\n"
    );
}

#[test]
fn lines_with_nothing_on_them_are_no_rows() {
    assert_eq!(read("\n\na,b\n\n1,2\n\r\n\n"), "a|b\n1|2\n");
    assert_eq!(read("a,b\n"), "a|b\n");
}

#[test]
fn where_cells_end_has_to_be_certain() {
    assert_eq!(
        read("a,b\n1,\"2\n3,4\n"),
        "VML055 a quote is not closed 2:3\n"
    );
    assert_eq!(
        read("a\nx\"y\n"),
        "VML055 a quote stands where none may stand 2:2\n"
    );
    assert_eq!(
        read("a\n\"x\"y\n"),
        "VML055 a quote stands where none may stand 2:3\n"
    );
    let control = "VML055 a control character stands where text is wanted 2:2\n";
    assert_eq!(read("a\nx\ry\n"), control);
    assert_eq!(read("a\nx\0y\n"), control);
    assert_eq!(
        read_bytes(b"a\nb\xff\n"),
        "VML055 the table is not UTF-8 2:2\n"
    );
    assert_eq!(
        read("name;os\nweb01;windows\n"),
        "VML059 the cells are not separated by commas 1:1\n"
    );
}

#[test]
fn the_header_names_each_column_once() {
    assert_eq!(read(""), "VML056 the table has no header 1:1\n");
    assert_eq!(read("\n \n").lines().next(), Some(" "));
    assert_eq!(
        read("a,,a\n1,2,3\n"),
        "a||a\n1|2|3\nVML056 a column has no name 1:3\nVML056 two columns are called `a` 1:4 1:1\n"
    );
}

#[test]
fn a_row_has_as_many_cells_as_the_header() {
    assert_eq!(
        read("a,b\n1\n2,3\n4,5,6\n"),
        "a|b\n2|3\nVML057 the row has 1 cell, and the header names 2 2:1 1:1\nVML057 the row has 3 cells, and the header names 2 4:1 1:1\n"
    );
}

#[test]
fn a_table_has_its_bounds() {
    let columns: Vec<String> = (0..=MOST_COLUMNS).map(|at| format!("c{at}")).collect();
    assert!(read(&columns.join(",")).starts_with("VML058 there are more than 100 columns"));
    let cell = "x".repeat(MOST_CELL_BYTES + 1);
    assert!(
        read(&format!("a\n{cell}\n"))
            .starts_with("VML058 there are more than 16,384 bytes in a cell")
    );
    let rows = "a\n".repeat(MOST_ROWS + 2);
    assert!(read(&rows).starts_with("VML058 there are more than 300,000 rows"));
    let large = vec![b','; MOST_BYTES + 1];
    assert!(
        read_bytes(&large).starts_with("VML058 there are more than 10,000,000 bytes in a table")
    );
}
