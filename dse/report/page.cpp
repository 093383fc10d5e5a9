// SPDX-License-Identifier: Apache-2.0
#include "dse/report/page.h"

namespace tandem::report {

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

// "</script" would end the element that holds the text.
std::string script_text(const std::string& text) {
  return replaced(replaced(text, "</script", "<\\/script"), "<!--", "<\\!--");
}
std::string json_text(const Json& json) { return replaced(text_of(json), "<", "\\u003c"); }

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

}  // namespace

const std::vector<std::string>& palette() {
  static const std::vector<std::string> colours = {"#3b7dd8", "#e08a1e", "#2f9e6e", "#c4518b", "#8a63c9",
                                                   "#2aa3b3", "#b8742f", "#6f8f2e", "#d1605a", "#5a73b5"};
  return colours;
}

std::string colour_of(spec::Reason reason) {
  switch (reason) {
    case spec::Reason::compute:
      return "#3b7dd8";
    case spec::Reason::transfer:
      return "#e08a1e";
    case spec::Reason::coherence:
      return "#c4518b";
    case spec::Reason::synchronisation:
      return "#8a63c9";
    case spec::Reason::latency:
      return "#2aa3b3";
    case spec::Reason::idle:
      return "rgba(128, 140, 156, .32)";
  }
  return "";
}

std::string page_html(const Page& page, const PageParts& parts) {
  Json json;
  json["title"] = page.title;
  json["subtitle"] = page.subtitle;
  json["command"] = page.command;
  json["footer"] =
      "Made by tandem report. Simulated figures are the same on every machine. Charts are drawn with Apache "
      "ECharts, which is inside this file.";
  json["palette"] = palette();
  json["facts"] = Json::array();
  for (const Fact& fact : page.facts) {
    json["facts"].push_back(
        {{"name", fact.name}, {"value", fact.value}, {"unit", fact.unit}, {"mood", fact.mood}});
  }
  json["short"] = page.sentences;
  json["figures"] = page.figures;
  json["groups"] = page.groups;
  json["data"] = page.data;

  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
      "'unsafe-inline'; "
      "style-src 'unsafe-inline'; img-src data: blob:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  html += escaped(Json::parse(text_of(Json(page.title))).get<std::string>());
  html += "</title>\n<style>\n" + parts.style + "</style>\n</head>\n<body>\n";
  html += "<script type=\"application/json\" id=\"page\">" + json_text(json) + "</script>\n";
  html += "<script>" + script_text(parts.echarts) + "</script>\n";
  html += "<script>\n" + script_text(parts.script) + "</script>\n</body>\n</html>\n";
  return html;
}

}  // namespace tandem::report
