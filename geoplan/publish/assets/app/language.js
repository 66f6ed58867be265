// The language of the page: Chinese first, English for readers who need it, or both. Names from the data stay as they
// are. The style sheet does the hiding; attributes, which it cannot reach, are spoken from here.

const LANGUAGES = [
  { id: "zh", name: "中文", lang: "zh-CN" },
  { id: "en", name: "English", lang: "en" },
  { id: "both", name: "双语", lang: "zh-CN" },
];
const SPOKEN = ["aria-label", "placeholder", "title"];
const spokenWords = new WeakMap();

/** The switch in the head of the page; called before any data has reached the page. */
function setUpLanguage() {
  readLabels(document);
  const choices = LANGUAGES.map((language) => el("label", { class: "segment", lang: language.lang },
    el("input", {
      type: "radio", name: "language", class: "visually-hidden", checked: language.id === "zh",
      on: { change: () => speak(language) },
    }), el("span", { class: "segment-face" }, language.name)));
  document.querySelector(".masthead-title").append(el("fieldset", { class: "switch language", id: "language-switch" },
    el("legend", { class: "visually-hidden" }, "语言 / Language"), el("div", { class: "segments" }, ...choices)));
  speak(LANGUAGES[0]);
}

function speak(language) {
  const root = document.documentElement;
  root.dataset.lang = language.id;
  root.lang = language.lang;
  for (const node of document.querySelectorAll("[data-spoken]")) tell(node);
}

/** Give an attribute its words in both languages; which of them is heard follows the switch. */
function say(node, attribute, words) {
  spokenWords.set(node, { ...spokenWords.get(node), [attribute]: words });
  node.dataset.spoken = "";
  tell(node);
}

function tell(node) {
  const language = document.documentElement.dataset.lang;
  for (const [attribute, { zh, en }] of Object.entries(spokenWords.get(node) || {})) {
    const both = zh === en || !en ? zh : `${zh} / ${en}`;
    node.setAttribute(attribute, { zh, en: en || zh }[language] || both);
  }
}

/** Our own attributes that were written as "Chinese / English". Never call it where data may stand in attributes. */
function readLabels(root) {
  for (const node of root.querySelectorAll(SPOKEN.map((name) => `[${name}]`).join())) {
    for (const attribute of SPOKEN.filter((name) => node.hasAttribute(name))) {
      const [zh, en] = node.getAttribute(attribute).split(" / ");
      if (en !== undefined) say(node, attribute, { zh, en });
    }
  }
}
