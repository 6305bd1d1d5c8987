mod hostile;
mod problems;
mod specification;
