// One by one, not by their umbrella package: that loads a CSS compiler and a syntax highlighter too (49 MB).
export { Body } from "@react-email/body";
export { Button } from "@react-email/button";
export { Column } from "@react-email/column";
export { Container } from "@react-email/container";
export { Head } from "@react-email/head";
export { Heading } from "@react-email/heading";
export { Hr } from "@react-email/hr";
export { Html } from "@react-email/html";
export { Link } from "@react-email/link";
export { Preview } from "@react-email/preview";
export { Row } from "@react-email/row";
export { Section } from "@react-email/section";
export { Text } from "@react-email/text";
/** Type stripping takes no JSX. */
export { createElement as h } from "react";
